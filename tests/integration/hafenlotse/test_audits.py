"""What is done on the machine is on record in the audit logs, and these are verified."""

import pytest
from asyncpg import UndefinedTableError

from tests.integration.hafenlotse.conftest import House
from tests.integration.hafenlotse.test_reconcile import STORED

pytestmark = pytest.mark.asyncio
ANNA = "cli:anna"
TOLD = "SELECT actor, act, thing, outcome, reason FROM audit_log ORDER BY number"
SERVICES = ["admissions", "quota", "notifications"]


async def test_what_an_operator_does_is_on_record(house: House) -> None:
    made = await house.ask("recipients", "add", "--name", "Kiel", "--channel", "log")
    await house.ask("rebuild-topic", "crossings.v1", "--yes")
    assert await house.fetch("notifications", TOLD) == [
        (ANNA, "recipients add", made["id"], "done", None)
    ]
    assert await house.fetch("quota", TOLD) == [
        (ANNA, "rebuild-topic", "crossings.v1 all", "done", None)
    ]


async def test_what_is_refused_is_on_record_with_why(house: House) -> None:
    nobody = "0199a3c2-7c11-7d3e-9c50-0a1b2c3d4e5f"
    assert (await house.run("recipients", "remove", nobody)).exit_code == 2
    mail = ("recipients", "add", "--name", "Erika", "--channel", "email", "--address", "Erika")
    assert (await house.run(*mail)).exit_code == 2
    assert await house.fetch("notifications", TOLD) == [
        (ANNA, "recipients remove", nobody, "refused", "wrong-use"),
        (ANNA, "recipients add", None, "refused", "wrong-use"),
    ]


async def test_a_key_that_is_refused_is_on_record_and_a_trial_is_not(house: House) -> None:
    file = "kind;percent\nvalid_from;2024-01-01\nunit;weight\n01001;3,1\n"
    for words, exit_code in ((("--dry-run",), 1), ((), 1)):
        said = await house.run("key", "-", "--quota", "sh-regular", *words, stdin=file)
        assert said.exit_code == exit_code
    assert await house.fetch("quota", TOLD) == [(ANNA, "key", "sh-regular", "refused", "invalid")]


async def test_a_repair_that_can_not_be_is_on_record(house: House) -> None:
    await house.tamper("admissions", "UPDATE entries SET hash = repeat('0', 64) WHERE sequence = 2")
    await house.tamper("quota", STORED["credits"][0])
    said = await house.run("reconcile", "--wait", "0", "--land", "01", "--repair")
    assert said.exit_code == 1
    told = await house.fetch("quota", TOLD)
    assert told == [(ANNA, "repair", "Land 01", "refused", "not-derivable")]


async def test_what_fails_is_on_record_where_it_can_be_written(house: House) -> None:
    await house.tamper("admissions", "DROP TABLE entries CASCADE")
    with pytest.raises(UndefinedTableError):
        await house.run("verify")
    assert await house.fetch("admissions", TOLD) == [(ANNA, "verify", None, "failed", "failure")]


async def test_what_fails_without_a_database_fails_as_before(house: House) -> None:
    away = {"HAFENLOTSE_DATABASE_URL": "postgresql://quota@127.0.0.1:9/nothing"}
    said = await house.run("rebuild-topic", "crossings.v1", "--yes", **away)
    assert said.exit_code == 3
    assert "PostgreSQL can't be reached" in said.error


async def test_a_repair_says_so_in_the_audit_log(house: House) -> None:
    await house.tamper("quota", STORED["credits"][0])
    await house.ask("reconcile", "--wait", "0", "--land", "01", "--repair")
    assert (ANNA, "repair", "Land 01", "done", None) in await house.fetch("quota", TOLD)


async def test_whoever_verifies_is_on_record_everywhere(house: House) -> None:
    found = (await house.ask("verify"))["audit"]
    assert [(one["service"], one["intact"]) for one in found] == [(one, True) for one in SERVICES]
    await house.ask("verify")
    for service in SERVICES:
        told = await house.fetch(service, TOLD)
        assert (ANNA, "verify", "audit", "done", None) in told
        assert len(told) == 2


async def test_a_tail_that_was_cut_with_its_head_is_missed_by_another_service(
    house: House,
) -> None:
    for _ in range(4):
        await house.ask("verify")
    await house.tamper(
        "quota",
        """WITH cut AS (DELETE FROM audit_log WHERE number > 3)
           UPDATE audit_head SET number = 3, hash = audit_log.hash FROM audit_log
            WHERE audit_log.number = 3""",
    )
    for _ in range(2):  # and it is not forgotten once it was said
        said = await house.run("verify", "--json")
        assert said.exit_code == 1
        wrong = {one["service"]: one["intact"] for one in said.document["audit"]}
        assert wrong == {"admissions": True, "quota": False, "notifications": True}


@pytest.mark.parametrize("command", [("verify",), ("reconcile", "--wait", "0")])
async def test_an_audit_log_that_was_altered_is_found(
    house: House, command: tuple[str, ...]
) -> None:
    for _ in range(3):
        await house.ask("verify")
    await house.tamper("quota", "UPDATE audit_log SET actor = 'nobody' WHERE number = 2")
    said = await house.run(*command, "--json")
    assert said.exit_code == 1
    wrong = {one["service"]: one["first_broken"] for one in said.document["audit"]}
    assert wrong == {"admissions": None, "quota": 2, "notifications": None}
