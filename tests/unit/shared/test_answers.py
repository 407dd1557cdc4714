"""Cursors are opaque, come back as they went out, and what is none of ours is refused."""

import base64

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.http.answers import CursorMalformed, answer, etag, from_cursor, page, to_cursor


@given(
    st.integers(-(2**63), 2**63 - 1),
    st.text(st.characters(codec="utf-8", exclude_characters="\0")),
)
def test_a_cursor_comes_back_as_it_went_out(number: int, text: str) -> None:
    cursor = to_cursor(number, text)
    assert from_cursor(cursor, [int, str]) == [number, text]
    assert cursor.isascii()
    assert not set(cursor) & set("=&?#+/ ")


def forged(key: object) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(key)).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "a",
        "%",
        "ä",
        "é" * 5,
        "a" * 100_000,
        "AAAA",
        forged({}),
        forged(1),
        forged([]),
        forged(["1"]),
        forged([1, 2]),
        forged([True]),
        forged([1.0]),
        forged([None]),
        forged([2**63]),
        to_cursor(1) + "\n",
        base64.urlsafe_b64encode(b"[" * 50_000).decode(),
    ],
    ids=lambda cursor: cursor[:20],
)
def test_what_is_no_cursor_of_ours_is_refused(cursor: str) -> None:
    with pytest.raises(CursorMalformed):
        from_cursor(cursor, [int])


def test_a_cursor_with_a_text_that_cannot_be_stored_is_refused() -> None:
    with pytest.raises(CursorMalformed):
        from_cursor(to_cursor("a\0b"), [str])


@given(st.text(max_size=40))
def test_any_text_is_a_cursor_or_refused(text: str) -> None:
    try:
        [number] = from_cursor(text, [int])
    except CursorMalformed:
        number = 0
    assert isinstance(number, int)


def test_a_page_says_where_it_goes_on() -> None:
    assert page([{"a": 1}], "x").body == b'{"items":[{"a":1}],"next":"x"}'
    assert page([], None).body == b'{"items":[],"next":null}'


def test_an_answer_names_its_headers_with_hyphens() -> None:
    given = answer(201, {}, Retry_After="1", ETag=etag(7))
    assert (given.status_code, given.headers["retry-after"]) == (201, "1")
    assert given.headers["etag"] == '"7"'
    assert given.headers["content-type"] == "application/json"
