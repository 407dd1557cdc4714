"""Recipients are listed, added, tried and removed by the rules of the interface."""

import pytest

from tests.integration.hafenlotse.conftest import LONG_AGO, House

pytestmark = pytest.mark.asyncio
MAIL = ("--name", "Kiel", "--channel", "email", "--address", "quote@kiel.example")


async def test_a_mailbox_is_added_and_listed(house: House) -> None:
    made = await house.ask("recipients", "add", *MAIL, "--quota", "sh-alliance")
    assert (made["secret"], made["lands"], made["quotas"]) == (None, ["01"], ["sh-alliance"])
    items = (await house.ask("recipients", "list"))["items"]
    assert [item["name"] for item in items] == ["Kiel", "Flensburg"]
    table = (await house.run("recipients", "list")).out
    assert "quote@kiel.example" in table


async def test_a_webhooks_secret_is_shown_once(house: House) -> None:
    hook = ("--name", "Hook", "--channel", "webhook", "--address", "https://hooks.example.com/x")
    said = await house.run("recipients", "add", *hook, "--standing", "over", "--standing", "under")
    assert said.exit_code == 0
    assert "whsec_" in said.out
    assert "whsec_" not in (await house.run("recipients", "list", "--json")).out


NOBODY = [
    ("--name", "Kiel", "--channel", "email"),
    ("--name", " ", "--channel", "log"),
    ("--name", "Hook", "--channel", "webhook", "--address", "http://127.0.0.1/"),
    ("--name", "Kiel", "--channel", "pigeon"),
    (*MAIL, "--land", "17"),
    (*MAIL, "--quota", "a", "--quota", "a"),
]


async def test_a_recipient_that_the_interface_refuses_is_wrong_use(house: House) -> None:
    said = [await house.run("recipients", "add", *words) for words in NOBODY]
    assert {(each.exit_code, each.out) for each in said} == {(2, "")}
    assert all(each.error for each in said)


async def test_a_test_is_planned_for_the_service_to_send(house: House) -> None:
    planned = await house.ask("recipients", "test", str(LONG_AGO))
    found = await house.fetch(
        "notifications", "SELECT id::text, state FROM deliveries WHERE alerts = '{}'"
    )
    assert found == [(planned["delivery"], "pending")]


async def test_what_is_under_way_to_a_removed_one_is_given_up(house: House) -> None:
    await house.ask("recipients", "remove", str(LONG_AGO))
    states = await house.fetch("notifications", "SELECT DISTINCT state FROM deliveries")
    assert states == [("given-up",)]
    said = await house.run("recipients", "remove", str(LONG_AGO))
    assert said.exit_code == 2
    assert (await house.run("recipients", "test", "no-id")).exit_code == 2
