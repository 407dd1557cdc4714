"""Calendar days as bodies and queries carry them."""

import re
from datetime import date
from typing import Annotated

from pydantic import BeforeValidator, WithJsonSchema

from shared.http.answers import Malformed
from shared.http.faults import refusing

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def read_day(written: object) -> object:
    """A calendar day written YYYY-MM-DD and nothing else."""
    if not isinstance(written, str):
        return written
    if not DAY.fullmatch(written):
        raise Malformed
    try:
        return date.fromisoformat(written)
    except ValueError as fault:
        raise Malformed from fault


Day = Annotated[
    date,
    BeforeValidator(refusing(read_day)),
    WithJsonSchema({"type": "string", "format": "date", "examples": ["2023-05-01"]}),
]
