import json
from datetime import date
from pathlib import Path

from services.quota.domain.definitions import Definition, KeyKind, Period, QuotaRules, fold
from services.quota.domain.seed import seeded
from services.quota.domain.stretches import span_on
from shared.codes import FIRST_DAY
from tests.unit.quota.builders import ALLIANCE, POPULATION, RECORDED_AT, REGULAR, SH, a_tolerance

SEED = Path(__file__).parents[3] / "services" / "quota" / "data" / "seed_01.json"


def seeds() -> list[Definition]:
    return seeded(json.loads(SEED.read_text(encoding="utf-8")), RECORDED_AT)


def rules_of(quota: str) -> QuotaRules:
    return fold(each for each in seeds() if each.quota == quota)


def test_seeds_are_numbered_from_1_before_the_first_entry() -> None:
    found = seeds()
    assert [each.number for each in found] == list(range(1, len(found) + 1))
    assert {(each.land, each.ledger_sequence, each.recorded_at) for each in found} == {
        (SH, 0, RECORDED_AT)
    }
    assert {each.quota for each in found} == {ALLIANCE, REGULAR}


def test_the_alliance_is_three_cities_that_share_special_admissions() -> None:
    rules = rules_of(ALLIANCE)
    assert rules.units() == list(POPULATION)
    assert [f"{rule.programme} {rule.share}" for rule in rules.rules] == ["safe-harbour 1"]
    assert rules.keys[0].weights == POPULATION


def test_the_regular_quota_is_15_units_that_share_every_programme() -> None:
    rules = rules_of(REGULAR)
    assert len(rules.units()) == 15
    assert [f"{rule.programme} {rule.share}" for rule in rules.rules] == ["* 1"]
    assert sum(rules.keys[0].weights.values()) == 2_903_773


def test_members_and_rules_hold_from_the_first_day_on() -> None:
    for rules in (rules_of(ALLIANCE), rules_of(REGULAR)):
        assert {(term.starts, term.ends) for term in rules.terms} == {(FIRST_DAY, None)}
        assert {(rule.starts, rule.ends) for rule in rules.rules} == {(FIRST_DAY, None)}
        span = span_on(rules, FIRST_DAY)
        assert span is not None
        assert span.members == set(rules.keys[0].weights)


def test_the_seeded_policies_are_a_tolerance_of_one_person_and_no_end_of_the_period() -> None:
    for rules in (rules_of(ALLIANCE), rules_of(REGULAR)):
        assert rules.tolerance == a_tolerance(1, source=rules.tolerance.source)
        assert rules.period.period is Period.CONTINUOUS


def test_the_key_is_named_as_population_and_never_as_the_official_one() -> None:
    for rules in (rules_of(ALLIANCE), rules_of(REGULAR)):
        (key,) = rules.keys
        assert (key.kind, key.valid_from) == (KeyKind.POPULATION, date(2019, 12, 31))
        assert key.published_on is None
        assert "Population of 31.12.2019" in key.source
        assert "not the official" in key.source


def test_everything_seeded_has_a_source() -> None:
    assert all(each.change.source for each in seeds() if hasattr(each.change, "source"))
