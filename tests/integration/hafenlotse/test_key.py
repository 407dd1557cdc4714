"""A key is imported from a clerk's file: tried, recorded once, or refused with every reason."""

import pytest

from services.quota.domain.definitions import fold
from services.quota.store.definitions import list_definitions
from shared.codes import Ags
from tests.integration.hafenlotse.conftest import LAND, House

pytestmark = pytest.mark.asyncio
GERMAN = """# nur ein Versuch
Quote;sh-alliance
Art;Prozent
gültig ab;1.1.2020
veröffentlicht am;21.03.2020
Quelle;für diesen Test erfunden
Kommune;Gewicht
01001;33,30
01002;33,3
01003;33,3
"""
ENGLISH = "unit,weight\n01001,90\n01002,5\n01003,5\n"
OPTIONS = (
    *("--quota", "sh-alliance", "--kind", "population", "--valid-from", "2020-01-01"),
    *("--published-on", "2020-01-01", "--source", "made up"),
)


async def keys(house: House) -> list[dict[Ags, str]]:
    """The printed weights of the alliance's keys, the seeded one first."""
    async with house.pools["quota"].acquire() as tx:
        log = await list_definitions(tx, LAND)
    return [dict(key.printed) for key in fold(d for d in log if d.quota == "sh-alliance").keys]


async def test_a_back_dated_key_restates_and_crosses(house: House) -> None:
    tried = await house.ask("key", "-", *OPTIONS, "--dry-run", stdin=ENGLISH)
    assert tried["recorded"] is None
    assert len(await keys(house)) == 1
    done = await house.ask("key", "-", *OPTIONS, stdin=ENGLISH)
    assert (await keys(house))[-1] == {"01001": "90", "01002": "5", "01003": "5"}
    assert done["balances"]["units"] == tried["balances"]["units"]
    assert done["crossings"] == tried["crossings"]
    assert {one["cause"] for one in done["crossings"]} == {"new-key"}
    actors = await house.fetch("quota", "SELECT actor FROM definitions ORDER BY number DESC")
    assert actors[0] == ("cli:anna",)


async def test_a_german_file_says_everything_itself(house: House) -> None:
    said = await house.run("key", "-", "--dry-run", stdin=GERMAN)
    assert said.exit_code == 1  # 99.9 is 0.1 off, but two decimals explain 0.015 only
    assert "sum-misses-100" in said.out
    done = await house.ask("key", "-", stdin=GERMAN.replace("33,30", "33,3"))
    assert [warning["sum"] for warning in done["warnings"]] == ["99.9"]
    assert (await keys(house))[-1][Ags("01001")] == "33.3"


async def test_the_very_same_key_again_changes_nothing(house: House) -> None:
    first = await house.ask("key", "-", *OPTIONS, stdin=ENGLISH)
    again = await house.ask("key", "-", *OPTIONS, stdin=ENGLISH)
    assert again["recorded"] == {"id": first["recorded"]["id"], "before": True}
    assert len(await keys(house)) == 2


async def test_every_reason_is_said_with_its_row(house: House) -> None:
    wrong = "unit;weight\n1001;3\n01002;x\n01002;4\n;5\n01003;90.164\n01099;1;2\n01004;0\n"
    said = await house.run("key", "-", *OPTIONS, "--json", stdin=wrong)
    assert said.exit_code == 1
    refused = [(fault["row"], fault["code"]) for fault in said.document["refused"]]
    assert sorted(refused, key=str) == sorted(
        [
            (2, "leading-zero-lost"),
            (3, "malformed"),
            (4, "duplicate-key"),
            (5, "missing"),
            (6, "malformed"),
            (7, "malformed"),
            (7, "unit-unknown"),
            (8, "weight-not-positive"),
            (None, "missing"),
        ],
        key=str,
    )
    assert len(await keys(house)) == 1


async def test_what_is_not_said_is_asked_for(house: House) -> None:
    wrong = ENGLISH.replace("01002,5", "1002,x")
    said = await house.run("key", "-", "--quota", "sh-alliance", "--json", stdin=wrong)
    assert said.exit_code == 1
    refused = said.document["refused"]
    assert [(one["row"], one["code"]) for one in refused[:2]] == [
        (3, "malformed"),
        (3, "leading-zero-lost"),
    ]
    asked = {one["detail"].partition(":")[0] for one in refused[2:]}
    assert asked == {"kind", "valid_from", "published_on", "source"}


NO_KEYS = [("-",), ("no-such-file.csv",), ("-", "--quota", "nothing"), ("-", "--kind", "guess")]


async def test_what_names_no_quota_or_file_is_wrong_use(house: House) -> None:
    said = [await house.run("key", *words, *OPTIONS[2:], stdin=ENGLISH) for words in NO_KEYS]
    assert [(each.exit_code, each.out) for each in said] == [(2, "")] * len(NO_KEYS)


async def test_a_held_land_takes_no_key(house: House) -> None:
    await house.tamper("quota", "UPDATE positions SET held = 'false entry' WHERE land = '01'")
    said = await house.run("key", "-", *OPTIONS, stdin=ENGLISH)
    assert said.exit_code == 1
    assert "false entry" in said.error
