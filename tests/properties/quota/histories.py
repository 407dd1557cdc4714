"""Made-up histories: entries and definitions of two quotas on few days, so that they meet."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from hypothesis import strategies as st

from services.quota.domain.definitions import (
    Change,
    CreditingRule,
    KeyVersion,
    MemberTerm,
    Period,
    PeriodRule,
    PeriodTurned,
    Tolerance,
)
from shared.codes import Ags, Cause, EntryType, Programme, QuotaCode
from shared.contracts.ledger import PostingData
from tests.unit.quota import builders

UNITS = [Ags(f"0100{number}") for number in range(1, 6)]
PROGRAMMES = [Programme("asylum"), Programme("safe-harbour"), Programme("ukraine")]
QUOTAS = [QuotaCode("a"), QuotaCode("b")]
DAYS = [
    date(1990, 1, 1), date(2022, 6, 30), date(2022, 7, 1), date(2022, 12, 31), date(2023, 1, 1),
    date(2023, 5, 1), date(2023, 6, 30), date(2023, 7, 1), date(2023, 12, 31), date(2024, 1, 1),
]  # fmt: skip
PERIODS = [date(2022, 7, 1), date(2023, 1, 1), date(2023, 7, 1), date(2024, 1, 1)]


@dataclass(frozen=True)
class Told:
    """A step of a history: postings of an entry, or a change of one quota."""

    entry_type: EntryType = EntryType.RECORDED
    postings: tuple[PostingData, ...] = ()
    quota: QuotaCode = QUOTAS[0]
    change: Change | None = None


days = st.sampled_from(DAYS)
ends = st.none() | days
quotas = st.sampled_from(QUOTAS)
shares = st.sampled_from([Fraction(1), Fraction(0), Fraction(1, 2), Fraction(2, 3)])
weights = st.sampled_from(
    [Fraction(1), Fraction(7), Fraction(23, 10), Fraction(90), Fraction(1, 3)]
)
persons = st.integers(-6, 6).filter(bool) | st.just(40)

postings = st.builds(
    PostingData, st.sampled_from(UNITS), st.sampled_from(PROGRAMMES), days, persons
)
entries = st.builds(
    Told,
    st.sampled_from(EntryType),
    st.lists(postings, min_size=1, max_size=3).map(tuple),
)
terms = st.builds(builders.a_term, st.sampled_from(UNITS), days, ends)
rules = st.builds(
    builders.a_rule, st.sampled_from([*PROGRAMMES, Programme("*")]), shares, days, ends
)
keys = st.builds(
    builders.a_key,
    st.fixed_dictionaries({}, optional=dict.fromkeys(UNITS, weights))
    | st.fixed_dictionaries(dict.fromkeys(UNITS, weights)),
    days,
)
periods = st.builds(
    builders.a_period, st.sampled_from(Period), st.sampled_from(PERIODS), carry_over=st.booleans()
)
turns = st.builds(PeriodTurned, st.sampled_from(PERIODS))


@st.composite
def tolerances(draw: st.DrawFn) -> Tolerance:
    wanted = draw(
        st.none() | st.sampled_from([Fraction(0), Fraction(1, 2), Fraction(1), Fraction(3)])
    )
    percents = st.sampled_from([Fraction(0), Fraction(10), Fraction(199, 2)])
    percent = draw(percents if wanted is None else st.none() | percents)
    parts = (Fraction(0), Fraction(1, 2), Fraction(1))
    released = [part for part in parts if wanted is None or part <= wanted]
    release = draw(st.none() | st.sampled_from(released))
    return builders.a_tolerance(wanted, percent, release)


changes: st.SearchStrategy[Change] = st.one_of(terms, rules, keys, tolerances(), periods, turns)


def told(quota: QuotaCode, change: Change) -> Told:
    return Told(quota=quota, change=change)


told_changes = st.builds(told, quotas, changes)
told_closures = st.builds(told, quotas, st.builds(builders.a_closure, days))
steps = st.one_of(entries, entries, entries, told_changes)


def opened(quota: QuotaCode) -> list[Told]:
    """A quota that counts from the first entry on: three members, one key, every programme."""
    starting: list[Change] = [
        builders.an_opening(),
        *(builders.a_term(unit) for unit in UNITS[:3]),
        builders.a_rule(),
        builders.a_key({unit: 10 + 7 * number for number, unit in enumerate(UNITS)}),
    ]
    return [Told(quota=quota, change=change) for change in starting]


def histories(max_size: int = 30) -> st.SearchStrategy[list[Told]]:
    """Both quotas from the start, then anything in any order, at the end perhaps a closure."""
    start = [told for quota in QUOTAS for told in opened(quota)]
    return st.builds(
        lambda open_steps, closure, late_steps: start + open_steps + closure + late_steps,
        st.lists(steps, max_size=max_size),
        st.lists(told_closures, max_size=1),
        st.lists(steps, max_size=5),
    )


CAUSES: dict[type[Change], Cause] = {
    KeyVersion: Cause.NEW_KEY,
    CreditingRule: Cause.NEW_RULE,
    Tolerance: Cause.NEW_RULE,
    MemberTerm: Cause.MEMBERSHIP,
    PeriodRule: Cause.NEW_PERIOD,
    PeriodTurned: Cause.NEW_PERIOD,
}
