"""Definitions of a quota in the order in which they were applied."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

CAUSES = {
    "key": "new-key",
    "rule": "new-rule",
    "tolerance": "new-rule",
    "member": "membership",
    "period": "new-period",
}
"""Kind of a definition → the cause of the crossings that it makes. A closure makes none."""


@dataclass(frozen=True)
class Definition:
    """One change of a quota: `value` as `GET /quota/v1/quotas` shows it, by the contract's names.

    `number` counts the changes of a Land; `after_sequence` is the ledger entry that was the last
    one applied before it (0: none).
    """

    number: int
    after_sequence: int
    quota: str
    kind: str
    value: Mapping[str, Any]


def definitions_in(quotas: Iterable[Mapping[str, Any]]) -> list[Definition]:
    """All definitions of the listed quotas of one Land, oldest first."""
    lists = {"members": "member", "rules": "rule", "keys": "key"}
    lists |= {"tolerances": "tolerance", "periods": "period", "closures": "closure"}
    found = [
        Definition(
            value["known"]["definition"],
            value["known"]["ledger_sequence"],
            quota["quota"],
            kind,
            value,
        )
        for quota in quotas
        for name, kind in lists.items()
        for value in quota.get(name, ())
    ]
    return sorted(found, key=lambda definition: definition.number)
