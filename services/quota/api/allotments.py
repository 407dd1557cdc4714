"""Whole people from exact shares: for display and proposals, never for the ledger."""

import re
from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Query, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from documents.declared import answers
from services.quota.api.days import Day
from services.quota.api.reading import find_land, read_rules
from services.quota.domain.allotment import Method, allot
from services.quota.domain.balances import shares_on
from shared.clock import today_in_berlin
from shared.codes import Refusal
from shared.contracts.crossings import ExactData
from shared.contracts.exact import exact
from shared.http.answers import Malformed, OutOfRange, answer, bounds, whole_number
from shared.http.faults import refusing
from shared.http.problems import Fault, Problem
from shared.http.route import ALL_BUT_OPERATOR, ANY_TOKEN, Calling, ContractRoute, allowed
from shared.postgres import snapshot
from shared.service import Stored

router = APIRouter(prefix="/quota/v1", tags=["allotments"], route_class=ContractRoute)
WEIGHT = re.compile(r"[0-9]{1,12}(\.[0-9]{1,6})?")
MOST_UNITS, MOST_PERSONS = 20_000, 10_000_000
MethodName = Literal["hare-niemeyer", "sainte-lague"]


class NobodyToAllotTo(Refusal):
    """All weights are 0."""

    code = "no-weight-positive"


class ShareOfPersons(msgspec.Struct):
    """Whole people for one unit."""

    unit: Annotated[str, msgspec.Meta(examples=["01001"])]
    share: ExactData
    persons: Annotated[int, msgspec.Meta(ge=0, examples=[3])]


class TieShown(msgspec.Struct):
    """Units that are equally near to people who are given to nobody."""

    units: Annotated[list[str], msgspec.Meta(examples=[["01002", "01003"]])]
    persons: Annotated[int, msgspec.Meta(ge=1, examples=[1])]


class AllotmentShown(msgspec.Struct):
    """Whole people from exact shares; what is tied stays open."""

    persons: Annotated[int, msgspec.Meta(ge=0, examples=[18])]
    method: Method
    units: list[ShareOfPersons]
    open: Annotated[int, msgspec.Meta(ge=0, examples=[0])]
    ties: Annotated[list[TieShown], msgspec.Meta(examples=[[]])]


def check_weight(written: str) -> str:
    """A weight as the contract writes it; 0 asks for nobody."""
    if not WEIGHT.fullmatch(written):
        raise Malformed
    return written


def check_persons(persons: int) -> int:
    """How many people there are to allot."""
    if not 0 <= persons <= MOST_PERSONS:
        raise OutOfRange(least=0, most=MOST_PERSONS)
    return persons


def check_units(weights: dict[str, str]) -> dict[str, str]:
    """How many units share them, one of them at least with a weight."""
    if not 1 <= len(weights) <= MOST_UNITS:
        raise OutOfRange(least=1, most=MOST_UNITS)
    if not any(Fraction(weight) for weight in weights.values()):
        raise NobodyToAllotTo
    return weights


Weight = Annotated[
    str,
    AfterValidator(refusing(check_weight)),
    Field(json_schema_extra={"pattern": f"^{WEIGHT.pattern}$"}),
]
UnitName = Annotated[str, Field(min_length=1, max_length=40)]


class AllotmentAsked(BaseModel):
    """People to allot over any weights; `method` is Hare-Niemeyer unless said otherwise."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
    weights: Annotated[
        dict[UnitName, Weight],
        AfterValidator(refusing(check_units)),
        Field(
            examples=[{"01001": "90164", "01002": "246794", "01003": "216530"}],
            json_schema_extra={"minProperties": 1, "maxProperties": MOST_UNITS},
        ),
    ]
    persons: Annotated[
        int,
        AfterValidator(refusing(check_persons)),
        Field(examples=[18], json_schema_extra={"minimum": 0, "maximum": MOST_PERSONS}),
    ]
    method: MethodName = "hare-niemeyer"


class AllotmentQuery(BaseModel):
    """People to allot by a quota's key, that of today or of another day."""

    model_config = ConfigDict(extra="forbid")
    persons: Annotated[int, whole_number(0, MOST_PERSONS), bounds(0, MOST_PERSONS)]
    method: MethodName = "hare-niemeyer"
    valid_on: Day | None = None


@router.get("/quotas/{quota}/allotment")
@allowed(*ALL_BUT_OPERATOR)
@answers(200, AllotmentShown)
async def allot_by_key(
    call: Calling, database: Stored, quota: str, query: Annotated[AllotmentQuery, Query()]
) -> Response:
    """Allot people to the members of a quota by its key."""
    async with snapshot(database, call.caller.lands) as tx:
        land = await find_land(tx, quota, call.caller)
        rules = await read_rules(tx, land, quota)
    day: date = query.valid_on or today_in_berlin()
    shares = shares_on(rules, day)
    if not shares:
        raise Problem.invalid(Fault("no-weight-positive", parameter="valid_on"))
    weights = {str(unit): share for unit, share in shares.items()}
    return answer(200, _allotted(weights, query.persons, query.method))


@router.post("/allotments")
@allowed(*ANY_TOKEN, pure=True)
@answers(200, AllotmentShown)
async def allot_by_weights(body: AllotmentAsked) -> Response:
    """Allot people over any weights; records nothing."""
    weights = {unit: Fraction(weight) for unit, weight in body.weights.items()}
    return answer(200, _allotted(weights, body.persons, body.method))


def _allotted(weights: Mapping[str, Fraction], persons: int, method: MethodName) -> dict[str, Any]:
    allotment = allot(weights, persons, Method(method))
    return {
        "persons": persons,
        "method": method,
        "units": [
            {"unit": each.unit, "share": exact(each.share), "persons": each.persons}
            for each in allotment.units
        ],
        "open": allotment.open,
        "ties": [{"units": list(tie.units), "persons": tie.persons} for tie in allotment.ties],
    }
