"""The mail: complete in German and English, recognisable when repeated, threaded."""

import pytest

from tests.end_to_end.alerts import alert_of, deliveries_to, register, remove
from tests.end_to_end.mails import mail_to, mails_to, text_of
from tests.end_to_end.placements import withdraw
from tests.end_to_end.quotas import crossing_by, eventually_some, exact, put_over
from tests.end_to_end.system import Json, System
from tests.model.numbers import decimal_text

pytestmark = pytest.mark.asyncio(loop_scope="session")

STANDINGS = {
    "de": {"over": "über", "under": "unter", "on-quota": "im Soll"},
    "en": {"over": "over", "under": "under", "on-quota": "on quota"},
}
CAUSES = {"de": "Aufnahme", "en": "placement"}


def ways_to_write(balance: Json, language: str) -> set[str]:
    """The size of the balance as people of the language write it, to three, two or one places."""
    texts = {decimal_text(abs(exact(balance)), places) for places in (3, 2, 1)}
    return {text.replace(".", ",") for text in texts} if language == "de" else texts


async def name_of(system: System, unit: str) -> str:
    units = (await system.coordination.seen("/admissions/v1/units"))["items"]
    names: dict[str, str] = {item["code"]: item["name"] for item in units}
    return names[unit]


@pytest.mark.parametrize("language", ["de", "en"])
async def test_a_mail_says_who_which_quota_from_where_to_where_by_how_much_and_why(
    system: System, language: str
) -> None:
    recipient = await register(
        system, language=language, quotas=["sh-alliance"], standings=["over"]
    )
    _, crossing = await put_over(system, "sh-alliance")
    mail = await mail_to(system, recipient.json()["address"])
    text = text_of(mail).casefold()
    name = await name_of(system, crossing["unit"])
    words = STANDINGS[language]
    wanted = [name, words[crossing["before"]], words["over"], CAUSES[language], "http"]
    missing = [word for word in wanted if word.casefold() not in text]
    assert not missing, text
    assert any(way in text for way in ways_to_write(crossing["balance"], language)), text
    assert name in str(mail["Subject"])
    assert str(mail["From"])
    assert mail["Date"]
    alert = await alert_of(system, crossing)
    assert alert["id"] in text or system.access["address"] in text
    await remove(system, recipient)


async def test_the_message_id_comes_from_the_delivery(system: System) -> None:
    recipient = await register(system, quotas=["sh-alliance"], standings=["over"])
    await put_over(system, "sh-alliance")
    mail = await mail_to(system, recipient.json()["address"])
    [delivery] = await deliveries_to(system, recipient)
    assert delivery["id"] in str(mail["Message-ID"])
    await remove(system, recipient)


async def test_mails_of_one_unit_and_quota_are_one_thread(system: System) -> None:
    recipient = await register(system, quotas=["sh-alliance"])
    address = recipient.json()["address"]
    placement, crossing = await put_over(system, "sh-alliance")
    unit = crossing["unit"]
    sequence = (await withdraw(system.city(unit), placement)).json()["sequence"]
    await crossing_by(system, sequence, "sh-alliance", unit)
    name = await name_of(system, unit)

    def of_unit() -> list[str] | None:
        subjects = [m for m in mails_to(system, address) if name in str(m["Subject"])]
        return [str(mail["References"]) for mail in subjects] if len(subjects) >= 2 else None

    first, second = await eventually_some(of_unit, "the way there and back are mailed")
    assert set(first.split()) & set(second.split())
    await remove(system, recipient)


async def test_mails_of_different_units_are_different_threads(system: System) -> None:
    recipient = await register(system, quotas=["sh-alliance"], standings=["over"])
    address = recipient.json()["address"]
    units: set[str] = set()
    while len(units) < 2:
        units.add((await put_over(system, "sh-alliance"))[1]["unit"])
    threads: dict[str, set[str]] = {}

    def of_both() -> bool:
        for mail in mails_to(system, address):
            threads.setdefault(str(mail["References"]), set()).add(str(mail["Subject"]))
        return len(threads) >= 2

    await eventually_some(of_both, "both units are mailed")
    await remove(system, recipient)


async def test_a_removed_recipient_gets_no_mail(system: System) -> None:
    gone = await register(system, quotas=["sh-alliance"], standings=["over"])
    stays = await register(system, quotas=["sh-alliance"], standings=["over"])
    await remove(system, gone)
    await put_over(system, "sh-alliance")
    await mail_to(system, stays.json()["address"])
    assert mails_to(system, gone.json()["address"]) == []
    await remove(system, stays)
