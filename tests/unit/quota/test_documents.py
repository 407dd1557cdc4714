import json
from datetime import date
from fractions import Fraction

import pytest

from services.quota.domain.definitions import (
    Change,
    KeyKind,
    KeyVersion,
    KeyWarning,
    Period,
    PeriodTurned,
)
from services.quota.domain.documents import from_document, kind_of, to_document
from tests.unit.quota.builders import (
    FLENSBURG,
    KIEL,
    SOURCE,
    a_closure,
    a_period,
    a_rule,
    a_term,
    a_tolerance,
    an_opening,
)

DAY, LATER = date(2023, 1, 1), date(2023, 12, 31)
A_KEY = KeyVersion(
    id="2023",
    kind=KeyKind.PERCENT,
    valid_from=DAY,
    published_on=LATER,
    source=SOURCE,
    weights={KIEL: Fraction(86, 10), FLENSBURG: Fraction(31, 10)},
    warnings=(KeyWarning("sum-was-accepted", "11.7"),),
    accepted_sum="two units only",
    printed={FLENSBURG: "3.10"},
)
AN_OPEN_KEY = KeyVersion("2019", KeyKind.POPULATION, DAY, None, SOURCE, {FLENSBURG: Fraction(1, 3)})

DOCUMENTS: list[tuple[Change, str, dict[str, object]]] = [
    (an_opening("Häfen"), "quota", {"name": "Häfen", "source": SOURCE}),
    (
        a_term(KIEL, DAY, LATER),
        "member",
        {"unit": "01002", "from": "2023-01-01", "to": "2023-12-31", "source": SOURCE},
    ),
    (
        a_term(KIEL, DAY),
        "member",
        {"unit": "01002", "from": "2023-01-01", "to": None, "source": SOURCE},
    ),
    (
        a_rule("asylum", "2/3", DAY, LATER),
        "rule",
        {
            "programme": "asylum",
            "share": "2/3",
            "from": "2023-01-01",
            "to": "2023-12-31",
            "source": SOURCE,
        },
    ),
    (
        A_KEY,
        "key",
        {
            "id": "2023",
            "kind": "percent",
            "valid_from": "2023-01-01",
            "published_on": "2023-12-31",
            "source": SOURCE,
            "weights": {"01001": "3.10", "01002": "43/5"},
            "warnings": [{"fact": "sum-was-accepted", "sum": "11.7"}],
            "accepted_sum": "two units only",
        },
    ),
    (
        AN_OPEN_KEY,
        "key",
        {
            "id": "2019",
            "kind": "population",
            "valid_from": "2023-01-01",
            "published_on": None,
            "source": SOURCE,
            "weights": {"01001": "1/3"},
            "warnings": [],
            "accepted_sum": None,
        },
    ),
    (
        a_tolerance("7/2", 10, "1/2"),
        "tolerance",
        {"persons": "7/2", "percent": "10", "release": "1/2", "source": SOURCE},
    ),
    (
        a_tolerance(2),
        "tolerance",
        {"persons": "2", "percent": None, "release": None, "source": SOURCE},
    ),
    (
        a_period(Period.HALF_YEAR, DAY, carry_over=True),
        "period",
        {"period": "half-year", "carry_over": True, "from": "2023-01-01", "source": SOURCE},
    ),
    (PeriodTurned(DAY), "turn", {"from": "2023-01-01"}),
    (a_closure(LATER), "closure", {"closed_on": "2023-12-31", "source": SOURCE}),
]
EACH = pytest.mark.parametrize(("change", "kind", "document"), DOCUMENTS)


@EACH
def test_a_change_is_written_by_the_contracts_names(
    change: Change, kind: str, document: dict[str, object]
) -> None:
    assert (kind_of(change), to_document(change)) == (kind, document)


@EACH
def test_what_was_written_is_read_back_without_loss(
    change: Change, kind: str, document: dict[str, object]
) -> None:
    assert from_document(kind, json.loads(json.dumps(document))) == change


def test_weights_are_written_by_code() -> None:
    assert list(to_document(A_KEY)["weights"]) == [FLENSBURG, KIEL]


def test_a_kind_that_does_not_exist_is_not_read() -> None:
    with pytest.raises(KeyError):
        from_document("decree", {})
