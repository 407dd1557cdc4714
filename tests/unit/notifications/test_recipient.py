"""Who is told of which crossings."""

import pytest

from shared.codes import Standing
from tests.unit.notifications.builders import a_crossing, a_recipient

EVERYTHING: list[tuple[str, ...] | None] = [None, ()]


@pytest.mark.parametrize("quotas", EVERYTHING)
@pytest.mark.parametrize("standings", EVERYTHING)
@pytest.mark.parametrize("after", list(Standing))
def test_who_names_nothing_is_told_everything(
    quotas: tuple[str, ...] | None, standings: tuple[str, ...] | None, after: Standing
) -> None:
    recipient = a_recipient(quotas=quotas, standings=standings)
    assert recipient.wants(a_crossing(after=after))


@pytest.mark.parametrize(
    ("quotas", "is_told"),
    [
        (("sh-regular",), True),
        (("sh-alliance", "sh-regular"), True),
        (("sh-alliance",), False),
    ],
)
def test_who_names_quotas_is_told_of_these(quotas: tuple[str, ...], is_told: bool) -> None:
    assert a_recipient(quotas=quotas).wants(a_crossing(quota="sh-regular")) is is_told


@pytest.mark.parametrize(
    ("after", "is_told"),
    [(Standing.OVER, True), (Standing.UNDER, True), (Standing.ON_QUOTA, False)],
)
def test_the_standing_after_the_crossing_counts(after: Standing, is_told: bool) -> None:
    recipient = a_recipient(standings=(Standing.OVER, Standing.UNDER))
    assert recipient.wants(a_crossing(before=Standing.ON_QUOTA, after=after)) is is_told


def test_quota_and_standing_must_both_fit() -> None:
    recipient = a_recipient(quotas=("sh-alliance",), standings=(Standing.OVER,))
    assert recipient.wants(a_crossing(quota="sh-alliance", after=Standing.OVER))
    assert not recipient.wants(a_crossing(quota="sh-alliance", after=Standing.UNDER))
    assert not recipient.wants(a_crossing(quota="sh-regular", after=Standing.OVER))


@pytest.mark.parametrize(
    ("lands", "is_told"), [(("01",), True), (("01", "02"), True), (("02",), False)]
)
def test_nobody_is_told_of_a_foreign_land(lands: tuple[str, ...], is_told: bool) -> None:
    assert a_recipient(lands=lands).wants(a_crossing(land="01")) is is_told
