"""How far a transaction reaches: the codes with which PostgreSQL compares each row it shows."""

import re
from collections.abc import Iterable

from shared.codes import LANDS

Reach = frozenset[str]
"""Codes of Länder, which are reached whole, and of units."""

NOWHERE: Reach = frozenset()
EVERYWHERE: Reach = frozenset(LANDS)
"""For work that is for all Länder by its nature; never for a request."""

CODE = re.compile(r"[0-9]{2,8}")


def array_of(reach: Iterable[str]) -> str:
    """The codes as PostgreSQL writes an array; what is no code reaches nothing."""
    return f"{{{','.join(sorted(code for code in reach if CODE.fullmatch(code)))}}}"
