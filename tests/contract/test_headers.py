"""What answers tell browsers and caches: not to keep, guess, frame or tell on anything."""

import httpx
import pytest

from shared.http.guarded import SAFE, safe_headers
from tests.contract.apps import NAMES, ask, document

pytestmark = pytest.mark.asyncio
every_service = pytest.mark.parametrize("name", NAMES)
PAGES = ("docs", "docs/events", "problems", "problems/invalid")
JSON = ("health/live", "health/ready", "openapi.json", "asyncapi.json", "nothing-is-here")


def told(answer: httpx.Response) -> dict[str, list[str]]:
    return {name: answer.headers.get_list(name) for name in SAFE}


@every_service
async def test_every_answer_in_json_says_what_may_be_done_with_it(name: str) -> None:
    described = (await document(name, "openapi"))["paths"]
    paths = [f"/{name}/{path}" for path in JSON] + [path for path in described if "{" not in path]
    assert len(paths) > len(JSON)
    for path in paths:
        answer = await ask(path)
        assert answer.headers["Content-Type"].endswith("json")
        assert told(answer) == {header: [value] for header, value in SAFE.items()}, path


@every_service
@pytest.mark.parametrize("page", PAGES)
async def test_a_page_says_the_same_but_for_what_it_loads(name: str, page: str) -> None:
    said = told(await ask(f"/{name}/{page}"))
    [policy] = said.pop("Content-Security-Policy")
    assert "frame-ancestors 'none'" in policy
    assert said == {
        header: [value] for header, value in SAFE.items() if header != "Content-Security-Policy"
    }


async def test_an_asset_may_be_kept_for_a_day() -> None:
    answer = await ask("/quota/docs/assets/docs.css")
    assert told(answer)["Cache-Control"] == ["max-age=86400"]
    assert told(answer)["X-Content-Type-Options"] == ["nosniff"]


@pytest.mark.parametrize(
    ("address", "is_told"), [("https://hafen.example", True), ("http://127.0.0.1:8400", False)]
)
async def test_who_is_reached_by_tls_wants_to_be_reached_so(address: str, *, is_told: bool) -> None:
    names = [name for name, _ in safe_headers(address)]
    assert (b"strict-transport-security" in names) == is_told
