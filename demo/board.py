"""Boards, crossings and alerts as plain tables."""

from collections.abc import Iterable, Sequence
from typing import Any

STANDINGS = {"over": "over", "under": "UNDER", "on-quota": "on quota"}


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Columns as wide as they need to be; all but the first two lean right."""
    lines = [tuple(head), *map(tuple, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column < 2 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def balances_table(balances: dict[str, Any]) -> str:
    """The board of one quota: persons with three decimals, the exact numbers behind them."""
    rows = [
        (
            unit["unit"],
            unit["name"],
            unit["credited"]["decimal"],
            unit["target"]["decimal"],
            unit["balance"]["decimal"],
            f"{unit['fulfilment_percent']} %",
            STANDINGS[unit["standing"]],
        )
        for unit in balances["units"]
    ]
    head = ("unit", "name", "credited", "target", "balance", "fulfilled", "standing")
    return table(head, rows)


def crossings_table(crossings: Sequence[dict[str, Any]], names: dict[str, str]) -> str:
    """Crossings, oldest first."""
    rows = [
        (
            f"{one['land']}:{one['sequence']}",
            names[one["unit"]],
            one["quota"],
            f"{one['before']} -> {one['after']}",
            one["balance"]["decimal"],
            one["cause"],
            str(one["ledger_sequence"]),
        )
        for one in crossings
    ]
    head = ("crossing", "unit", "quota", "standing", "balance", "cause", "entry")
    return table(head, rows)


def alerts_table(alerts: Sequence[dict[str, Any]], names: dict[str, str]) -> str:
    """Alerts, newest first."""
    rows = [
        (
            one["crossing"],
            names[one["unit"]],
            one["quota"],
            one["after"],
            one["balance"]["decimal"],
            one["cause"],
            one["state"],
            one["resolved_by"] or "-",
        )
        for one in alerts
    ]
    head = ("crossing", "unit", "quota", "now", "balance", "cause", "state", "resolved by")
    return table(head, rows)
