"""What quota shows, as the contract writes it."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

from services.quota.domain.balances import Balance, Board, fulfilment_percent
from services.quota.domain.definitions import (
    DEFAULT_PERIOD,
    DEFAULT_TOLERANCE,
    Closed,
    CreditingRule,
    Definition,
    KeyVersion,
    MemberTerm,
    PeriodRule,
    PeriodTurned,
    QuotaRules,
    Tolerance,
)
from services.quota.domain.documents import to_document
from services.quota.store.names import load_unit_names
from shared.codes import Land, QuotaCode, instant_text
from shared.contracts.exact import exact

NAMES = load_unit_names()
LISTS = {
    "members": (MemberTerm,),
    "rules": (CreditingRule,),
    "tolerances": (Tolerance,),
    "periods": (PeriodRule, PeriodTurned),
    "keys": (KeyVersion,),
    "closures": (Closed,),
}


def quota_document(rules: QuotaRules) -> dict[str, Any]:
    """A quota with everything that ever defined it, in the order of application."""
    lists = {
        name: [_listed(each, rules) for each in rules.log if isinstance(each.change, kinds)]
        for name, kinds in LISTS.items()
    }
    opened = _known(rules.log[0])
    lists["tolerances"].insert(0, {**to_document(DEFAULT_TOLERANCE), "known": opened})
    lists["periods"].insert(0, {**to_document(DEFAULT_PERIOD), "known": opened})
    head = {"quota": rules.quota, "land": rules.land, "name": rules.name}
    return {**head, "source": rules.source, **lists}


def _known(definition: Definition) -> dict[str, Any]:
    return {
        "definition": definition.number,
        "ledger_sequence": definition.ledger_sequence,
        "recorded_at": instant_text(definition.recorded_at),
    }


def _listed(definition: Definition, rules: QuotaRules) -> dict[str, Any]:
    known = _known(definition)
    if isinstance(definition.change, PeriodTurned):
        turned = to_document(rules.period) | to_document(definition.change)
        return {**turned, "known": known}
    document = to_document(definition.change)
    if isinstance(definition.change, KeyVersion):
        key = definition.change
        weights = {u: key.printed.get(u) or _decimal(w) for u, w in sorted(key.weights.items())}
        document |= {"weights": weights, "recorded_at": known["recorded_at"]}
    return {**document, "known": known}


def _decimal(weight: Fraction) -> str:
    """A weight in decimals, where it is not known how it was printed."""
    return format(Decimal(weight.numerator) / weight.denominator, "f")


def board_document(
    quota: QuotaCode, land: Land, balances: Board, as_of: dict[str, Any]
) -> dict[str, Any]:
    """The board of a quota as of a moment."""
    return {
        "quota": quota,
        "land": land,
        "as_of": as_of,
        "total": exact(balances.total),
        "units": [_balance_document(each) for each in balances.units],
    }


def _balance_document(balance: Balance) -> dict[str, Any]:
    numbers = ("share", "credited", "target", "balance")
    return {
        "unit": balance.unit,
        "name": NAMES[balance.unit],
        **{number: exact(getattr(balance, number)) for number in numbers},
        "standing": balance.standing,
        "fulfilment_percent": fulfilment_percent(balance.credited, balance.target),
    }
