"""Answers in JSON and pages of lists."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import orjson
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from starlette.responses import Response

from shared.codes import Refusal
from shared.http.faults import refusing

FEED_PAGE = 1000


def answer(status: int, document: Any, **headers: str) -> Response:
    """A JSON answer; header names with underscores are written with hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(orjson.dumps(document), status, named, "application/json")


def etag(version: object) -> str:
    """The entity tag of a state that is known by its version."""
    return f'"{version}"'


class OutOfRange(Refusal):
    """A number is not within its bounds."""

    code = "out-of-range"


class Malformed(Refusal):
    """A text is not what it should be."""

    code = "malformed"


class CursorMalformed(Malformed):
    """A cursor is none that we gave."""


def whole_number(least: int, most: int) -> BeforeValidator:
    """A query parameter of plain digits within bounds."""

    def check(written: object) -> object:
        text = str(written)
        if not (text.isascii() and text.isdigit() and len(text) <= 18):  # int64
            raise Malformed
        if not least <= int(text) <= most:
            raise OutOfRange(least=least, most=most)
        return int(text)

    return BeforeValidator(refusing(check))


def bounds(least: int, most: int) -> WithJsonSchema:
    """How a whole number is described; pydantic does not see what the check before it does."""
    return WithJsonSchema({"type": "integer", "minimum": least, "maximum": most})


Limit = Annotated[int, whole_number(1, 500), bounds(1, 500)]
FeedLimit = Annotated[int, whole_number(1, FEED_PAGE), bounds(1, FEED_PAGE)]
After = Annotated[int, whole_number(0, 2**53), bounds(0, 2**53)]


Cursor = Annotated[str, Field(pattern="^[A-Za-z0-9_-]+$")]


class Listing(BaseModel):
    """The query of a list."""

    model_config = ConfigDict(extra="forbid")
    limit: Limit = 100
    cursor: Cursor | None = None


class FeedListing(BaseModel):
    """The query of a feed in sequence order."""

    model_config = ConfigDict(extra="forbid")
    after: After = 0
    limit: FeedLimit = 100


def page(items: Sequence[Mapping[str, Any]], next_cursor: object) -> Response:
    """A list's answer; `next` is null on the last page."""
    return answer(200, {"items": list(items), "next": next_cursor})


def to_cursor(*key: object) -> str:
    """An opaque place in a list, from the key of its last item."""
    return base64.urlsafe_b64encode(orjson.dumps(key)).decode().rstrip("=")


def from_cursor(cursor: str, kinds: Sequence[type]) -> list[Any]:
    """The key in a cursor, or CursorMalformed where it is none of ours."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        key = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError) as fault:
        raise CursorMalformed from fault
    if not isinstance(key, list) or [type(one) for one in key] != list(kinds):
        raise CursorMalformed
    if not all(map(_is_storable, key)):
        raise CursorMalformed
    return key


def _is_storable(one: object) -> bool:
    """Whether PostgreSQL bears it: a text without NUL, a number that fits into a bigint."""
    return "\0" not in one if isinstance(one, str) else one in range(-(2**63), 2**63)
