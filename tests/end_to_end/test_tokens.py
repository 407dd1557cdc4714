"""Without a good token nothing opens but health, documents and problem pages."""

import json

import pytest
from joserfc.jwk import OctKey, import_key

from tests.end_to_end.forged import (
    signed_with_own_key,
    signed_with_public_key,
    with_claims,
    without_signature,
)
from tests.end_to_end.placements import PLACEMENTS, a_placement
from tests.end_to_end.problems import problem
from tests.end_to_end.system import System, basic, new_key

pytestmark = pytest.mark.asyncio(loop_scope="session")

CITY = "city-01001"


async def refuse(system: System, token: str, slug: str = "token-invalid") -> None:
    """The token opens nothing at any of the three services."""
    paths = (PLACEMENTS, "/quota/v1/quotas", "/notifications/v1/alerts")
    for path in paths:
        headers = {"Authorization": f"Bearer {token}"}
        problem(await system.ask("GET", path, headers=headers), 401, slug)


@pytest.mark.parametrize(
    "path",
    [
        f"/{service}/{page}"
        for service in ("admissions", "quota", "notifications")
        for page in (
            *("health/live", "health/ready", "openapi.json", "asyncapi.json", "docs"),
            *("docs/events", "docs/assets/swagger-ui-bundle.js", "problems", "problems/invalid"),
        )
    ],
)
async def test_health_documents_and_problem_pages_need_no_token(system: System, path: str) -> None:
    assert (await system.ask("GET", path)).status_code == 200


@pytest.mark.parametrize(
    "path", [PLACEMENTS, "/admissions/v1/units", "/quota/v1/quotas", "/notifications/v1/alerts"]
)
async def test_without_a_token_nothing_else_opens(system: System, path: str) -> None:
    answer = await system.ask("GET", path)
    problem(answer, 401, "token-missing")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "header",
    ["Bearer", "Bearer x", "Bearer a.b.c", "Basic YTpi", "nonsense", "Bearer ä"],
)
async def test_what_is_no_token_is_refused(system: System, header: str) -> None:
    sent = {b"Authorization": header.encode()}
    answer = await system.ask("GET", PLACEMENTS, headers=sent)
    assert answer.status_code == 401
    assert answer.json()["type"].rpartition("/")[2] in {"token-missing", "token-invalid"}


async def test_the_scheme_is_written_in_any_case(system: System) -> None:
    token = await system.token(CITY)
    answer = await system.ask("GET", PLACEMENTS, headers={"Authorization": f"bearer {token}"})
    assert answer.status_code == 200


async def test_a_token_for_another_audience_is_refused(system: System) -> None:
    await refuse(system, await system.new_token(CITY, audience="another"))


async def test_a_token_of_another_issuer_is_refused(system: System) -> None:
    await refuse(system, await system.new_token(CITY, issuer="https://issuer.example"))


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", ""])
async def test_a_token_without_a_signature_is_refused(system: System, algorithm: str) -> None:
    await refuse(system, without_signature(await system.token(CITY), algorithm))


async def test_a_token_signed_with_the_public_key_as_a_secret_is_refused(
    system: System,
) -> None:
    issuer = system.access["issuer"].rstrip("/")
    discovery = (await system.http.get(f"{issuer}/.well-known/openid-configuration")).json()
    published = (await system.http.get(discovery["jwks_uri"])).json()["keys"]
    token = await system.token(CITY)
    for key in published:
        public = import_key(key)
        assert not isinstance(public, OctKey)
        for form in (public.as_pem(private=False), json.dumps(key).encode()):
            await refuse(system, signed_with_public_key(token, form))


async def test_a_token_signed_by_a_key_of_its_own_is_refused(system: System) -> None:
    token = await system.token(CITY)
    await refuse(system, signed_with_own_key(token))
    await refuse(system, signed_with_own_key(token, kid="another"))
    await refuse(system, signed_with_own_key(token, jwk="its own"))
    await refuse(system, signed_with_own_key(token, jku="http://127.0.0.1:1/jwks"))
    await refuse(system, signed_with_own_key(token, kid="../../../../dev/null"))


async def test_a_token_with_changed_claims_is_refused(system: System) -> None:
    token = await system.token(CITY)
    await refuse(system, with_claims(token, roles=["coordination"]))
    await refuse(system, with_claims(token, exp=4_000_000_000))
    await refuse(system, token[:-8] + "AAAAAAAA")
    await refuse(system, token.rpartition(".")[0] + ".")


async def test_two_tokens_are_none(system: System) -> None:
    token = await system.token(CITY)
    one = ("Authorization", f"Bearer {token}")
    answer = await system.ask("GET", PLACEMENTS, headers=[one, one])
    problem(answer, 401, "token-invalid")


async def test_a_token_in_the_query_is_no_token(system: System) -> None:
    token = await system.token(CITY)
    answer = await system.ask("GET", PLACEMENTS, params={"access_token": token})
    problem(answer, 401, "token-missing")


async def test_a_refused_token_changes_nothing(system: System) -> None:
    listed = await system.city("01001").listed(PLACEMENTS, limit=500)
    headers = {"Authorization": "Bearer x"} | new_key()
    answer = await system.ask("POST", PLACEMENTS, json=a_placement(), headers=headers)
    problem(answer, 401, "token-invalid")
    assert await system.city("01001").listed(PLACEMENTS, limit=500) == listed


async def test_the_secret_may_be_sent_as_basic(system: System) -> None:
    client = system.access["clients"][CITY]
    headers = {"Authorization": basic(client["client_id"], client["client_secret"])}
    form = {"grant_type": "client_credentials"}
    answer = await system.http.post(system.access["token_url"], data=form, headers=headers)
    token = answer.json()["access_token"]
    shown = await system.ask("GET", PLACEMENTS, headers={"Authorization": f"Bearer {token}"})
    assert shown.status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_secret": "wrong"},
        {"client_id": "nobody"},
        {"grant_type": "password"},
        {"client_secret": ""},
    ],
)
async def test_the_issuer_gives_no_token_for_a_wrong_secret(
    system: System, wrong: dict[str, str]
) -> None:
    form = {"grant_type": "client_credentials"} | system.access["clients"][CITY] | wrong
    answer = await system.http.post(system.access["token_url"], data=form)
    assert answer.status_code in {400, 401}
    assert "access_token" not in answer.json()
