"""What comes to the door and can't be let in is refused, never a failure and never an outage."""

import gzip

import httpx
import pytest

from shared.http.guarded import SAFE
from tests.integration.servers import OwnDatabase
from tests.integration.shared.false_claims import FALSE
from tests.integration.shared.forging import FORGED
from tests.integration.shared.issuers import IssuerInTest
from tests.integration.shared.processes import NOTES, Notes, notes_here

pytestmark = pytest.mark.asyncio


def slug(answer: httpx.Response) -> str:
    return str(answer.json()["type"]).rpartition("/")[2]


async def asked(notes: Notes, *headers: tuple[str, str]) -> httpx.Response:
    return await notes.client.get(NOTES, headers=list(headers))


async def test_the_scheme_is_read_whatever_its_case_and_spaces(notes: Notes) -> None:
    token = notes.issuer.token()
    for given in (f"Bearer {token}", f"bearer {token}", f"BEARER   {token}", f"Bearer {token}  "):
        assert (await asked(notes, ("Authorization", given))).status_code == 200


async def test_what_is_no_single_bearer_token_is_invalid(notes: Notes) -> None:
    token = notes.issuer.token()
    for given in (
        token,
        "Bearer",
        "Bearer ",
        f"Bearer{token}",
        f"Bearer\t{token}",
        f"Basic {token}",
        f"Bearer {token} {token}",
        f"Bearer {token},Bearer {token}",
        f'Bearer "{token}"',
        f"Bearer {'x' * 60_000}",
    ):
        answer = await asked(notes, ("Authorization", given))
        assert (answer.status_code, slug(answer)) == (401, "token-invalid")


async def test_two_headers_are_invalid_even_if_both_are_true(notes: Notes) -> None:
    given = ("Authorization", f"Bearer {notes.issuer.token()}")
    answer = await asked(notes, given, given)
    assert (answer.status_code, slug(answer)) == (401, "token-invalid")
    missing = await asked(notes)
    assert (missing.status_code, slug(missing)) == (401, "token-missing")


async def test_a_packed_body_is_not_unpacked(notes: Notes) -> None:
    headers = {"Idempotency-Key": "key", "Content-Encoding": "gzip"}
    packed = gzip.compress(b" " * 10_000_000 + b'{"said": "a"}')
    for body, encoding in ((packed, "gzip"), (b'{"said": "a"}', "br")):
        sent = headers | {"Content-Encoding": encoding, "Content-Type": "application/json"}
        answer = await notes.request("POST", NOTES, content=body, headers=sent)
        assert (answer.status_code, slug(answer)) == (415, "media-type")


async def test_every_answer_says_what_the_client_may_still_do(notes: Notes) -> None:
    first, second = [(await notes.request("GET", NOTES)).headers for _ in range(2)]
    assert first["RateLimit-Policy"] == '"client";q=350;w=2'
    left = [int(one["RateLimit"].split("r=")[1].split(";")[0]) for one in (first, second)]
    assert 300 < left[1] <= left[0] < 350


async def test_who_is_too_loud_is_told_for_how_long_to_be_silent(
    database: OwnDatabase, issuer: IssuerInTest
) -> None:
    own = database.url("quota"), database.passwords["quota"], issuer
    async with notes_here(*own, rate_per_second=0.1, rate_burst=2) as notes:
        answers = [await notes.request("GET", f"{NOTES}?more=1") for _ in range(3)]
    assert [slug(answer) for answer in answers] == ["invalid", "invalid", "too-many"]
    assert answers[2].headers["Retry-After"] == "1"
    assert answers[2].headers["RateLimit"] == '"client";r=0;t=20'
    assert answers[2].headers["RateLimit-Policy"] == '"client";q=2;w=20'


async def test_nul_is_refused_wherever_it_stands(notes: Notes) -> None:
    assert slug(await notes.request("GET", f"{NOTES}/a%00b")) == "not-found"
    queried = await notes.request("GET", f"{NOTES}?cursor=a%00b")
    assert (slug(queried), queried.json()["errors"][0]["parameter"]) == ("invalid", "cursor")
    written = await notes.write("a\0b")
    assert (written.status_code, slug(written)) == (422, "invalid")
    assert (await notes.write("a\0b", "key")).status_code == 422
    assert (await notes.write("ab", "key")).status_code == 201


async def test_a_cursor_of_somebody_else_is_a_fault_of_the_query(notes: Notes) -> None:
    for cursor in ("x", "WzFd", "WyJhXHUwMDAwIl0"):
        answer = await notes.request("GET", NOTES, params={"cursor": cursor})
        [fault] = answer.json()["errors"]
        assert (answer.status_code, fault["code"], fault["parameter"]) == (
            422,
            "malformed",
            "cursor",
        )


async def test_a_false_query_is_refused(notes: Notes) -> None:
    for query, status, name in (
        ("limit=1&limit=2", 400, "duplicate-key"),
        ("more=1", 422, "invalid"),
        ("limit=0", 422, "invalid"),
    ):
        answer = await notes.request("GET", f"{NOTES}?{query}")
        assert (answer.status_code, slug(answer)) == (status, name)


async def test_thousands_of_parameters_are_answered_at_once(notes: Notes) -> None:
    query = "&".join(f"p{number}=1" for number in range(6000))
    answer = await notes.request("GET", f"{NOTES}?{query}", timeout=5)
    assert answer.status_code in {414, 422}


async def test_a_mistake_of_ours_is_a_failure_and_no_outage(notes: Notes) -> None:
    answer = await notes.request("GET", f"{NOTES}/1")
    assert (answer.status_code, slug(answer)) == (500, "failure")
    assert "retry-after" not in answer.headers
    assert "int" not in answer.text.lower().replace("internal", "")
    assert {name: answer.headers.get(name) for name in SAFE} == SAFE


async def test_a_body_of_another_shape_is_invalid(notes: Notes) -> None:
    bodies: list[object] = [
        {"said": "a", "seconds": True},
        {"said": 5},
        {"said": "a", "b": 1},
        [],
        "x",
        0,
    ]
    for body in bodies:
        answer = await notes.request("POST", NOTES, json=body, headers={"Idempotency-Key": "key"})
        assert (answer.status_code, slug(answer)) == (422, "invalid")


@pytest.mark.promise(25)
async def test_forged_tokens_stay_out(notes: Notes) -> None:
    issuer = notes.issuer
    forged = {name: forge(issuer) for name, forge in FORGED.items()}
    forged |= {name: issuer.signed(issuer.claims(**false)) for name, false in FALSE.items()}
    assert len(forged) >= 40
    for name, token in forged.items():
        headers = {b"Authorization": f"Bearer {token}".encode()}
        answer = await notes.client.get(NOTES, headers=headers)
        assert (answer.status_code, slug(answer)) == (401, "token-invalid"), name
        assert (await notes.request("GET", NOTES)).status_code == 200, name
