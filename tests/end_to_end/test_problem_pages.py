"""Refusals speak the caller's language, and each opens a page that helps."""

import pytest

from tests.end_to_end.placements import FLENSBURG, NO_SUCH_ID, PLACEMENTS, a_placement
from tests.end_to_end.problems import problem
from tests.end_to_end.system import System

pytestmark = pytest.mark.asyncio(loop_scope="session")

SLUGS = {
    "admissions": (
        *("not-json", "not-utf8", "duplicate-key", "idempotency-key-missing"),
        *("idempotency-key-malformed", "token-missing", "token-invalid", "role"),
        *("not-your-unit", "not-found", "idempotency-key-reused", "in-flight"),
        *("already-withdrawn", "changed-meanwhile", "if-match-missing", "method"),
        *("too-large", "media-type", "too-many", "unavailable", "invalid"),
    ),
    "quota": ("token-missing", "role", "not-found", "invalid", "method", "not-json"),
    "notifications": (
        *("already-acknowledged", "already-resolved", "changed-meanwhile"),
        *("token-invalid", "if-match-missing", "invalid", "idempotency-key-missing"),
    ),
}


async def in_language(system: System, wanted: str | None) -> tuple[str, str]:
    """The language that a refusal is in, and its title."""
    headers = {} if wanted is None else {"Accept-Language": wanted}
    path = f"{PLACEMENTS}/{NO_SUCH_ID}"
    answer = await system.coordination.ask("GET", path, headers=headers)
    body = problem(answer, 404, "not-found")
    return answer.headers["Content-Language"], body["title"]


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        ("", "de"),
        ("de", "de"),
        ("en", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("fr,en;q=0.5", "en"),
        ("fr", "de"),
        ("de;q=0.1, en", "en"),
        ("en;q=0.3,de;q=0.8", "de"),
        ("en;q=0", "de"),
        ("*", "de"),
        ("nonsense;;;q=x", "de"),
    ],
)
async def test_a_refusal_is_german_or_english_as_the_caller_prefers(
    system: System, wanted: str, given: str
) -> None:
    assert (await in_language(system, wanted))[0] == given


async def test_german_and_english_differ_in_their_words(system: System) -> None:
    german, english = [await in_language(system, wanted) for wanted in (None, "en")]
    assert (german[0], english[0]) == ("de", "en")
    assert german[1] != english[1]


async def test_the_details_of_each_fault_are_translated_too(system: System) -> None:
    said = []
    for wanted in ("de", "en"):
        city = system.city(FLENSBURG)
        answer = await city.post(PLACEMENTS, a_placement(persons=0), Accept_Language=wanted)
        said.append(problem(answer, 422, "invalid")["errors"][0]["detail"])
    assert said[0] != said[1]


@pytest.mark.parametrize(
    ("service", "slug"), [(service, slug) for service in SLUGS for slug in SLUGS[service]]
)
async def test_the_page_behind_a_problem_helps_in_both_languages_without_a_token(
    system: System, service: str, slug: str
) -> None:
    for wanted in ("de", "en"):
        headers = {"Accept-Language": wanted}
        page = await system.ask("GET", f"/{service}/problems/{slug}", headers=headers)
        assert page.status_code == 200
        assert page.headers["Content-Type"].startswith("text/html")
        assert f'lang="{wanted}"' in page.text


async def test_a_problem_that_does_not_exist_has_no_page(system: System) -> None:
    answer = await system.ask("GET", "/admissions/problems/no-such-problem")
    problem(answer, 404, "not-found")


async def test_the_type_of_a_refusal_opens_its_page(system: System) -> None:
    answer = await system.ask("GET", PLACEMENTS)
    page = await system.ask("GET", problem(answer, 401, "token-missing")["type"])
    assert page.status_code == 200
