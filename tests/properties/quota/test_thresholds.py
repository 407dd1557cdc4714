"""Looking only at whom an entry may move finds what looking at everybody finds."""

from datetime import date, timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from services.quota.domain.definitions import Change, Tolerance, fold
from services.quota.domain.plan import Plan, plan_of
from services.quota.domain.tally import Moved, QuotaTally
from shared.codes import Ags
from tests.properties.quota.histories import tolerances
from tests.unit.quota.builders import ASYLUM, a_key, a_rule, a_term, definitions

EXAMPLES = settings.get_profile(settings.get_current_profile_name()).max_examples
UNITS = [Ags(f"01{number:03}") for number in range(30)]
YEARS = [date(year, 1, 1) for year in range(2019, 2024)]


class Thorough(QuotaTally):
    """Looks at every unit after every entry that counted."""

    def settle(self) -> list[Moved]:
        if self.touched:
            self.touched = list(range(len(self.plan.units)))
        return super().settle()


def a_plan(random: Random, keys: int, tolerance: Tolerance) -> Plan:
    """Keys that differ a little or a lot, and some units that come late or leave early."""
    weights = {unit: random.randint(1, 400) for unit in UNITS}
    changes: list[Change] = [a_rule(share=random.choice(["1", "1/2"])), tolerance]
    for year in YEARS[:keys]:
        near = random.random() < 0.7
        drawn = {
            u: w + random.randint(0, 9) if near else random.randint(1, 400)
            for u, w in weights.items()
        }
        changes.append(a_key(drawn, year))
    for unit in UNITS:
        starts, ends = random.choice(
            [(YEARS[0], None)] * 4 + [(YEARS[2], None), (YEARS[0], YEARS[3])]
        )
        changes.append(a_term(unit, starts, ends))
    return plan_of(fold(definitions(*changes)))


@given(st.integers(), st.integers(1, 5), tolerances())
@settings(max_examples=max(1, EXAMPLES // 10))
def test_nobody_is_missed_and_nobody_moves_too_early(
    seed: int, keys: int, tolerance: Tolerance
) -> None:
    random = Random(seed)
    plan = a_plan(random, keys, tolerance)
    quick, thorough = QuotaTally(plan), Thorough(plan)
    quick.restate({}, {})
    thorough.restate({}, {})
    for _ in range(400):
        unit, day = random.choice(UNITS), random.choice(YEARS) + timedelta(random.randint(0, 364))
        persons = random.choice([1, 2, 3, 8, -1, -2])
        for tally in (quick, thorough):
            tally.count(unit, ASYLUM, day, persons)
        assert quick.settle() == thorough.settle()
    assert quick.counts() == thorough.counts()
