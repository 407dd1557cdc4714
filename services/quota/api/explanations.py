"""Why a unit's balance is what it is: down to every entry, adding up to the last fraction."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from access.caller import Caller
from documents.declared import answers
from services.quota.api.as_of import Asked, AsOfQuery, Moment, read_moment
from services.quota.api.shown import ExplanationShown
from services.quota.domain.balances import Balance, board_of
from services.quota.domain.explanation import (
    CreditedBy,
    StretchShare,
    counted_rule,
    credited_by,
    stretch_shares,
)
from services.quota.domain.plan import Plan
from services.quota.domain.postings import Entry, Posting
from services.quota.store.days import load_daily_at
from services.quota.store.entries import entries_between
from shared.codes import Ags, Role
from shared.contracts.exact import exact
from shared.http.answers import Cursor, Limit, answer, from_cursor, to_cursor
from shared.http.problems import Language, Problem
from shared.http.route import ALL_BUT_OPERATOR, ContractRoute, allowed
from shared.postgres import Connection, snapshot

router = APIRouter(prefix="/quota/v1/quotas", tags=["balances"], route_class=ContractRoute)
FORMULAS: dict[Language, str] = {
    "de": (
        "Ist = Summe der angerechneten Personen: Personen × Anteil der Anrechnungsregel. "
        "Soll = Summe über die Abschnitte: Anteil (Gewicht ÷ Gewichte aller Mitglieder) × alle in "
        "den Tagen des Abschnitts angerechneten Personen. Saldo = Ist − Soll; positiv ist über "
        "Soll. Vor dem ersten Schlüssel gilt der erste Schlüssel."
    ),
    "en": (
        "Credited = sum of people × the share that the crediting rule counts. Target = sum over "
        "the stretches of days: share (weight ÷ weights of all members) × everything credited on "
        "those days. Balance = credited − target; positive is over. Days before the first key use "
        "the first key."
    ),
}


class ExplanationQuery(AsOfQuery):
    """The moment, and the page of entries."""

    limit: Limit = 100
    cursor: Cursor | None = None


@router.get("/{quota}/balances/{unit}/explanation")
@allowed(*ALL_BUT_OPERATOR)
@answers(200, ExplanationShown)
async def explain_balance(
    quota: str, unit: str, asking: Asked, query: Annotated[ExplanationQuery, Query()]
) -> Response:
    """The whole arithmetic of one unit's numbers."""
    moment = await read_moment(asking, quota, query)
    if unit not in moment.plan.units:
        raise Problem("not-found")
    ags = Ags(unit)
    async with snapshot(asking.database, asking.caller.lands) as tx:
        daily = await load_daily_at(tx, moment.land, moment.place.sequence)
        entries = await _entries(tx, moment, ags, query, asking.caller)
    [balance] = [
        each for each in board_of(moment.plan, moment.counts, moment.on).units if each.unit == unit
    ]
    document = {
        "quota": moment.quota,
        "unit": unit,
        "as_of": moment.as_of(),
        **_numbers(balance),
        "credited_by": [_credited(each) for each in credited_by(moment.plan, daily, ags)],
        "stretches": [_stretch(each) for each in stretch_shares(moment.plan, moment.counts, ags)],
        "entries": entries,
        "formula": FORMULAS[asking.language],
    }
    return answer(200, document, Content_Language=asking.language, Vary="Accept-Language")


def _numbers(balance: Balance) -> dict[str, Any]:
    names = ("share", "credited", "target", "balance")
    numbers = {name: exact(getattr(balance, name)) for name in names}
    return {**numbers, "standing": balance.standing}


def _credited(each: CreditedBy) -> dict[str, Any]:
    rule = each.rule
    return {
        "programme": each.programme,
        "persons": each.persons,
        "rule": {
            "share": exact(rule.share),
            "source": rule.source,
            "from": rule.starts.isoformat(),
            "to": rule.ends.isoformat() if rule.ends else None,
        },
        "credited": exact(each.credited),
    }


def _stretch(each: StretchShare) -> dict[str, Any]:
    key = each.key
    return {
        "from": _open_day(each.starts, date.min),
        "to": _open_day(each.ends, date.max),
        "key": {
            "id": key.id,
            "source": key.source,
            "valid_from": key.valid_from.isoformat(),
            "published_on": key.published_on.isoformat() if key.published_on else None,
        },
        "share": exact(each.share),
        "total": exact(each.total),
        "target": exact(each.target),
    }


def _open_day(day: date, is_open: date) -> str | None:
    return None if day == is_open else day.isoformat()


async def _entries(
    tx: Connection, moment: Moment, unit: Ags, query: ExplanationQuery, caller: Caller
) -> dict[str, Any]:
    """The unit's postings that count, oldest first; who may not see it sees no placement."""
    first, shown = from_cursor(query.cursor, [int, int]) if query.cursor else (1, 0)
    hides = not (caller.has(Role.COORDINATION, Role.AUDITOR) or unit in caller.units)
    items: list[dict[str, Any]] = []
    async for entry in entries_between(tx, moment.land, first - 1, moment.place.sequence):
        counted = _counted_in(entry, unit, moment.plan)
        for number, posting in enumerate(counted):
            if entry.sequence == first and number < shown:
                continue
            if len(items) == query.limit:
                return {"items": items, "next": to_cursor(entry.sequence, number)}
            items.append(_posting(entry, posting, hides=hides))
    return {"items": items, "next": None}


def _counted_in(entry: Entry, unit: Ags, plan: Plan) -> list[Posting]:
    return [
        posting
        for posting in entry.postings
        if posting.unit == unit
        and counted_rule(plan, unit, posting.programme, posting.effective_on) is not None
    ]


def _posting(entry: Entry, posting: Posting, *, hides: bool) -> dict[str, Any]:
    placement = {} if hides else {"placement": entry.placement}
    return {
        "sequence": entry.sequence,
        **placement,
        "programme": posting.programme,
        "effective_on": posting.effective_on.isoformat(),
        "persons": posting.persons,
    }
