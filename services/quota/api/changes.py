"""Bodies that change what a quota is; every fault of a body shows at once."""

import re
from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticCustomError

from services.quota.api.days import Day
from services.quota.domain.definitions import (
    ANY_PROGRAMME,
    CreditingRule,
    KeyKind,
    KeyVersion,
    MemberTerm,
    Period,
    PeriodRule,
    Tolerance,
)
from services.quota.domain.stretches import period_holding
from services.quota.store.names import load_programme_names, load_unit_names
from shared.codes import FIRST_DAY, LANDS, Ags, Programme, Refusal
from shared.http.answers import Malformed, OutOfRange
from shared.http.faults import refusing

UNITS, PROGRAMMES = load_unit_names(), load_programme_names()
QUOTA_CODE = re.compile(r"[a-z][a-z0-9-]{0,39}")
NUMBER = re.compile(r"[0-9]{1,12}(\.[0-9]{1,6}|/[1-9][0-9]{0,11})?")
VISIBLE = re.compile(r"[^\x00-\x1f\x7f]{1,500}")


class UnitUnknown(Refusal):
    """No unit has this code."""

    code = "unit-unknown"


class LeadingZeroLost(Refusal):
    """A unit has this code with a zero before it."""

    code = "leading-zero-lost"


class ProgrammeUnknown(Refusal):
    """No programme has this code."""

    code = "programme-unknown"


class EffectiveTooOld(Refusal):
    """The day is before everything that is recorded."""

    code = "effective-too-old"


def check_unit(code: str) -> str:
    """The code of a known unit."""
    if code in UNITS:
        return code
    raise LeadingZeroLost(code=code) if f"0{code}" in UNITS else UnitUnknown(code=code)


def check_programme(code: str) -> str:
    """The code of a known programme, or the star for all others."""
    if code != ANY_PROGRAMME and code not in PROGRAMMES:
        raise ProgrammeUnknown(code=code)
    return code


def check_day(day: date) -> date:
    """A day that can hold an entry."""
    if day < FIRST_DAY:
        raise EffectiveTooOld(day=day)
    return day


def fraction_between(least: int, most: int | None, *, below: bool = False) -> AfterValidator:
    """A decimal or a fraction as text, within bounds; `below` leaves the upper one out."""

    def check(written: str) -> str:
        if not NUMBER.fullmatch(written):
            raise Malformed
        number = Fraction(written)
        is_too_large = most is not None and (number >= most if below else number > most)
        if number < least or is_too_large:
            raise OutOfRange(least=least, most="…" if most is None else most)
        return written

    return AfterValidator(refusing(check))


def matching(pattern: re.Pattern[str]) -> AfterValidator:
    """A text that is of a form as a whole."""

    def check(written: str) -> str:
        if not pattern.fullmatch(written):
            raise Malformed
        return written

    return AfterValidator(refusing(check))


def form(pattern: re.Pattern[str], example: str, description: str | None = None) -> Any:
    """How a text of a form is described; the validators say it to callers in our own words."""
    whole: dict[str, Any] = {"pattern": f"^{pattern.pattern}$"}
    return Field(examples=[example], json_schema_extra=whole, description=description)


def one_of(codes: Iterable[str], example: str) -> Any:
    """How one of known codes is described."""
    known: dict[str, Any] = {"enum": sorted(codes)}
    return Field(examples=[example], json_schema_extra=known)


UnitCode = Annotated[str, AfterValidator(refusing(check_unit)), one_of(UNITS, "01001")]
ProgrammeCode = Annotated[
    str,
    AfterValidator(refusing(check_programme)),
    one_of({ANY_PROGRAMME, *PROGRAMMES}, "safe-harbour"),
]
FirstDay = Annotated[
    Day,
    AfterValidator(refusing(check_day)),
    Field(description="Not before 1990.", json_schema_extra={"pattern": "^(199|[2-9][0-9]{2})"}),
]
Source = Annotated[
    str, matching(VISIBLE), form(VISIBLE, "Beschluss vom 01.01.2024", "Where this is stated.")
]


class Body(BaseModel):
    """A body in which nothing is converted or added."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, populate_by_name=False)
    source: Source


class QuotaBody(Body):
    """A new quota: continuous, tolerance of one person, no rules, no members."""

    quota: Annotated[str, matching(QUOTA_CODE), form(QUOTA_CODE, "sh-families")]
    land: Literal[LANDS]  # type: ignore[valid-type]  # the sixteen codes
    name: Annotated[str, matching(VISIBLE), form(VISIBLE, "Familien")]


class MemberBody(Body):
    """A unit is a member from a day on, to a day or openly."""

    unit: UnitCode
    starts: FirstDay = Field(alias="from")
    ends: Day | None = Field(default=None, alias="to")

    def change(self) -> MemberTerm:
        return MemberTerm(Ags(self.unit), self.starts, self.ends, self.source)


class RuleBody(Body):
    """A share of every person of a programme counts from a day on."""

    programme: ProgrammeCode
    share: Annotated[str, fraction_between(0, 1), form(NUMBER, "1/2")]
    starts: FirstDay = Field(alias="from")
    ends: Day | None = Field(default=None, alias="to")

    def change(self) -> CreditingRule:
        share, programme = Fraction(self.share), Programme(self.programme)
        return CreditingRule(programme, share, self.starts, self.ends, self.source)


class ToleranceBody(Body):
    """How far a balance may be off; replaces the tolerance before as a whole."""

    persons: Annotated[str, fraction_between(0, None), form(NUMBER, "2")] | None = Field(
        default="1", description="null: the percent alone decide."
    )
    percent: Annotated[str, fraction_between(0, 100, below=True), form(NUMBER, "5")] | None = Field(
        default=None, validate_default=True
    )
    release: Annotated[str, fraction_between(0, None), form(NUMBER, "1")] | None = None

    @field_validator("percent")
    @classmethod
    def check_percent(cls, percent: str | None, info: ValidationInfo) -> str | None:
        """Without persons there is nothing else to decide."""
        if percent is None and info.data.get("persons", "") is None:
            raise PydanticCustomError("missing", "missing")
        return percent

    @field_validator("release")
    @classmethod
    def check_release(cls, release: str | None, info: ValidationInfo) -> str | None:
        """A release is no farther from 0 than the tolerance itself."""
        persons = info.data.get("persons")
        if release and persons and Fraction(release) > Fraction(persons):
            refusing(_refuse_release)(persons)
        return release

    def change(self) -> Tolerance:
        persons, percent, release = (
            None if n is None else Fraction(n) for n in (self.persons, self.percent, self.release)
        )
        return Tolerance(persons, percent, release, self.source)


def _refuse_release(persons: str) -> str:
    raise OutOfRange(least=0, most=persons)


class PeriodBody(Body):
    """How long credits add up, and whether balances go on over the turn."""

    period: Literal["continuous", "year", "half-year"]
    carry_over: bool

    def change(self, today: date) -> PeriodRule:
        kind = Period(self.period)
        starts = max(period_holding(kind, today).first, FIRST_DAY)
        return PeriodRule(kind, self.carry_over, starts, self.source)


class ClosureBody(Body):
    """The last day that counts."""

    closed_on: FirstDay


class KeyBody(Body):
    """A distribution key as it was published, weights as printed."""

    kind: Literal["population", "percent"]
    valid_from: Day
    published_on: Day
    weights: dict[str, str] = Field(
        description="By unit, as printed.",
        examples=[{"01001": "90164", "01002": "246794", "01003": "216530"}],
        json_schema_extra={"propertyNames": {"pattern": "^[0-9]{5,8}$"}},
    )
    accept_sum: (
        Annotated[
            str,
            matching(VISIBLE),
            form(VISIBLE, "Druckfehler, so veröffentlicht", "Why a percent key may miss 100."),
        ]
        | None
    ) = None

    def texts(self) -> dict[Ags, str]:
        """The weights as printed, by unit."""
        return {Ags(unit): text for unit, text in self.weights.items()}

    def change(self, new_id: str) -> KeyVersion:
        """The key without its weights, which are read with the checks."""
        return KeyVersion(
            id=new_id,
            kind=KeyKind(self.kind),
            valid_from=self.valid_from,
            published_on=self.published_on,
            source=self.source,
            weights={},
            accepted_sum=self.accept_sum,
        )
