"""Who did what is on record: changes with what they change, refusals soon, readers too."""

from typing import Any

import httpx
import orjson
import pytest

from embedded.postgres import PostgresServer
from shared.contracts.ledger import GENESIS, hash_of
from tests.eventually import eventually
from tests.integration.admissions.service import (
    AUDIT,
    PLACEMENTS,
    Admissions,
    Caller,
    a_placement,
    running_admissions,
)
from tests.integration.servers import make_template
from tests.integration.shared.issuers import IssuerInTest

pytestmark = pytest.mark.asyncio
Json = dict[str, Any]
RECORD = f"POST {PLACEMENTS}"
CORRECT = f"POST {PLACEMENTS}/{{placement_id}}/corrections"
NAME = "Erika.Mustermann"
FIELDS = [
    *("number", "at", "actor", "roles", "act", "on", "outcome", "reason", "request"),
    *("previous_hash", "hash"),
]


def told(entry: Json) -> tuple[Any, ...]:
    return tuple(entry[name] for name in ("actor", "roles", "act", "on", "outcome", "reason"))


async def test_a_change_is_on_record_with_who_made_it_and_why(admissions: Admissions) -> None:
    city = admissions.flensburg
    answer = await city.post(PLACEMENTS, a_placement())
    placement = answer.json()
    await city.change(placement, "corrections", persons=5)
    first, second = await admissions.audit()
    assert list(first) == FIELDS
    assert told(first) == ("city-01001", ["city"], RECORD, placement["id"], "done", None)
    assert told(second)[2:] == (CORRECT, placement["id"], "done", "typing-error")
    assert first["request"] == answer.headers["X-Request-Id"] != second["request"]
    assert (first["number"], first["previous_hash"]) == (1, GENESIS)
    assert (second["number"], second["previous_hash"]) == (2, first["hash"])
    assert [hash_of(one) for one in (first, second)] == [first["hash"], second["hash"]]


async def test_many_placements_are_one_change_that_says_where_they_are(
    admissions: Admissions,
) -> None:
    batch = {"placements": [a_placement(persons=n) for n in (1, 2, 3)]}
    await admissions.flensburg.post(f"{PLACEMENTS}/batch", batch)
    [entry] = await admissions.audit()
    assert (entry["act"], entry["on"]) == (f"{RECORD}/batch", "01:1-3")


async def test_a_repeat_under_the_same_key_is_not_listed_again(admissions: Admissions) -> None:
    for _ in range(3):
        await admissions.flensburg.post(PLACEMENTS, a_placement(), Idempotency_Key="once")
    for _ in range(2):
        batch = {"placements": [a_placement()]}
        await admissions.flensburg.post(f"{PLACEMENTS}/batch", batch, Idempotency_Key="twice")
    assert len(await admissions.audit()) == 2


async def test_refusals_are_on_record(admissions: Admissions) -> None:
    placement = await admissions.flensburg.record()
    kiel = admissions.city("01002")
    path = f"{PLACEMENTS}/{placement['id']}"
    await kiel.get(path)
    await kiel.post(PLACEMENTS, a_placement())
    await admissions.auditor.post(PLACEMENTS, a_placement())
    await kiel.get(AUDIT)
    await kiel.change(placement, "withdrawal")
    expected = [
        ("city-01002", f"GET {PLACEMENTS}/{{placement_id}}", placement["id"], "not-found"),
        ("city-01002", RECORD, None, "not-your-unit"),
        ("auditor", RECORD, None, "role"),
        ("city-01002", f"GET {AUDIT}", None, "role"),
        ("city-01002", f"POST {PLACEMENTS}/{{placement_id}}/withdrawal", placement["id"],
         "not-found"),
    ]  # fmt: skip
    found = [one for one in await admissions.audit() if one["outcome"] == "refused"]
    assert [(one["actor"], one["act"], one["on"], one["reason"]) for one in found] == expected


async def test_a_change_that_is_not_made_is_on_record_and_a_read_that_fails_is_not(
    admissions: Admissions,
) -> None:
    city = admissions.flensburg
    await city.post(PLACEMENTS, a_placement(persons=0))
    await city.get(PLACEMENTS, limit="many")
    [entry] = await admissions.audit()
    assert told(entry)[2:] == (RECORD, None, "refused", "invalid")


async def test_forged_tokens_are_summed_by_address(admissions: Admissions) -> None:
    stranger = Caller(admissions.client, "forged")
    for _ in range(20):
        assert (await stranger.post(PLACEMENTS, a_placement())).status_code == 401
    [entry] = await admissions.audit()
    assert (entry["actor"], entry["roles"], entry["act"]) == (None, [], RECORD)
    assert (entry["outcome"], entry["reason"]) == ("refused", "token-invalid")
    trail = admissions.app.state.trail
    async with admissions.own.pool("admissions") as pool:
        await trail.write(pool, is_last=True)
    last = (await admissions.audit())[-1]
    assert last["on"] == f"{entry['on']}, 19 times more"
    assert "127.0.0.1" not in str(last)


async def test_nothing_personal_and_no_secret_gets_into_the_log(admissions: Admissions) -> None:
    city = admissions.flensburg
    await city.get(f"{PLACEMENTS}/{NAME}")
    await city.get(f"{PLACEMENTS}/{NAME.lower().replace('.', '-')}")
    await city.get(PLACEMENTS, unit=NAME)
    await city.post(PLACEMENTS, a_placement(reference=NAME))
    await city.post(f"{PLACEMENTS}/{NAME}/withdrawal", {"reason": NAME})
    await city.post(PLACEMENTS, a_placement(), Authorization=f"Bearer {NAME}", X_Request_Id=NAME)
    found = await admissions.audit()
    assert len(found) >= 5
    assert not [one for one in found if "mustermann" in str(one).lower()]
    assert city.token not in str(found)


async def test_whoever_reads_the_log_is_on_record(admissions: Admissions) -> None:
    auditor = admissions.auditor
    await auditor.get(AUDIT)
    await auditor.get(f"{AUDIT}/verification")
    await auditor.get(f"{AUDIT}/export")
    found = await admissions.audit()
    acts = [f"GET {AUDIT}", f"GET {AUDIT}/verification", f"GET {AUDIT}/export"]
    assert [(one["actor"], one["act"]) for one in found] == [("auditor", act) for act in acts]


async def test_the_pages_of_one_reading_are_one_and_come_to_an_end(
    admissions: Admissions,
) -> None:
    for _ in range(3):
        await admissions.flensburg.record()
    numbers: list[int] = []
    after: int | None = 0
    while after is not None:
        page = (await admissions.auditor.get(AUDIT, after=after, limit=1)).json()
        numbers += [one["number"] for one in page["items"]]
        after = page["next"]
    assert numbers == [1, 2, 3, 4]
    assert len(await admissions.audit()) == 4


async def test_only_auditors_read_it(admissions: Admissions) -> None:
    for caller in (admissions.flensburg, admissions.coordination):
        for path in (AUDIT, f"{AUDIT}/verification", f"{AUDIT}/export"):
            assert (await caller.get(path)).status_code == 403


async def test_an_export_has_every_entry_in_a_line(admissions: Admissions) -> None:
    for _ in range(3):
        await admissions.flensburg.record()
    answer: httpx.Response = await admissions.auditor.get(f"{AUDIT}/export")
    assert answer.headers["Content-Type"] == "application/x-ndjson"
    lines = [orjson.loads(line) for line in answer.content.splitlines()]
    assert [one["act"] for one in lines] == [RECORD] * 3
    assert lines == (await admissions.audit())[:3]


async def test_verification_says_where_the_log_ends(admissions: Admissions) -> None:
    assert (await admissions.auditor.get(f"{AUDIT}/verification")).json() == {
        "entries": 0,
        "head": {"number": 0, "hash": GENESIS},
        "intact": True,
        "first_broken": None,
    }
    await admissions.flensburg.record()
    last = (await admissions.audit())[-1]
    verdict = (await admissions.auditor.get(f"{AUDIT}/verification")).json()
    assert (verdict["entries"], verdict["intact"]) == (last["number"] + 1, True)


async def test_what_is_refused_while_the_database_is_down_is_written_down_later(
    own_postgres: PostgresServer, issuer: IssuerInTest
) -> None:
    template = await make_template(own_postgres)
    async with template.clone() as own, running_admissions(own, issuer) as admissions:
        await admissions.flensburg.record()
        own_postgres.stop()
        assert (await admissions.auditor.post(PLACEMENTS, a_placement())).status_code == 403
        assert (await admissions.flensburg.post(PLACEMENTS, a_placement())).status_code == 503
        own_postgres.start()

        async def told() -> list[str]:
            answer = await admissions.auditor.get(AUDIT)
            items = answer.json().get("items", [])
            reasons = [one["reason"] for one in items if one["outcome"] != "done"]
            return reasons if len(reasons) > 1 else []

        assert await eventually(told, within=20, because="PostgreSQL is there again") == [
            "role",
            "unavailable",
        ]
