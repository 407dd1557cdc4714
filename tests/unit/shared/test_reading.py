"""Bodies are bounded, and JSON is strict: what is ambiguous or can't be stored is refused."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.http.problems import Problem
from shared.http.reading import MOST_BYTES, parse_json, read_body
from tests.unit.shared.requests import a_request

texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


def refusal(body: bytes) -> Problem:
    with pytest.raises(Problem) as refused:
        parse_json(body)
    return refused.value


@given(values, st.booleans())
def test_every_other_value_is_read_as_python_reads_it(value: Any, as_ascii: bool) -> None:
    text = json.dumps(value, ensure_ascii=as_ascii)
    written = re.sub(r'("(?:[^"\\]|\\.)*")|Infinity', lambda it: it[1] or "1e999", text)
    assert parse_json(written.encode()) == value


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"{",
        b"{}{}",
        b"{'a': 1}",
        b'{"a": 1,}',
        b"NaN",
        b'{"a": -Infinity}',
        b'{"a": Infinity}',
        b'"a\nb"',
        b'"\x00"',
        b"\xef\xbb\xbf{}",
        rb'"\ud800"',
        rb'{"\udfff": 1}',
        rb'["\ud800\u0041"]',
        b"[" * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        rb'{"a":' * 990 + rb'"\u0000"' + b"}" * 990,
    ],
    ids=lambda body: repr(body)[:30],
)
def test_what_is_no_strict_json_is_refused(body: bytes) -> None:
    assert refusal(body).slug == "not-json"


@pytest.mark.parametrize(
    "body", [b"\xff", b'{"a": "\xe4"}', b"\xff\xfe{\x00}\x00", b'"\xed\xa0\x80"']
)
def test_what_is_no_utf8_is_told_as_such(body: bytes) -> None:
    assert refusal(body).slug == "not-utf8"


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (b'{"a": 1, "a": 1}', "a"),
        (b'[{"x": [{"b": {}, "b": {}}]}]', "b"),
        (b'{"\\u0061": 1, "a": 2}', "a"),
        (b'{"": 1, "": 2}', ""),
        (b'{"\\ud800": 1, "\\ud800": 2}', "?"),
    ],
)
def test_a_key_that_is_there_twice_is_named_at_any_depth(body: bytes, name: str) -> None:
    refused = refusal(body)
    assert (refused.slug, refused.facts) == ("duplicate-key", {"name": name})


def test_nul_is_left_to_the_fields_that_refuse_it_by_their_own_code() -> None:
    assert parse_json(rb'{"a": "x\u0000"}') == {"a": "x\0"}


def test_a_number_of_any_length_is_a_number() -> None:
    assert parse_json(b"1" * 100_000) > 10**300
    assert parse_json(b"-" + b"1" * 100_000) < -(10**300)
    assert parse_json(b"[1e999, 0.1, -0, 1E2]") == [float("inf"), 0.1, 0, 100.0]


@pytest.mark.asyncio
async def test_a_body_up_to_the_limit_is_read_whole() -> None:
    body = b"x" * MOST_BYTES
    assert await read_body(a_request(body=body)) == body
    assert await read_body(a_request(("Content-Length", str(MOST_BYTES)), body=body)) == body


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("length", "body"),
    [
        (None, b"x" * (MOST_BYTES + 1)),
        ("5", b"x" * (MOST_BYTES + 1)),
        (str(MOST_BYTES + 1), b""),
        ("9" * 5000, b""),
    ],
)
async def test_a_larger_body_is_refused_whatever_it_announced(
    length: str | None, body: bytes
) -> None:
    headers = [("Content-Length", length)] if length else []
    with pytest.raises(Problem) as refused:
        await read_body(a_request(*headers, body=body))
    assert refused.value.slug == "too-large"


@pytest.mark.asyncio
@pytest.mark.parametrize("length", ["", "x", "²", "-1", "½"])
async def test_a_length_that_is_no_number_is_not_believed(length: str) -> None:
    assert await read_body(a_request(("Content-Length", length), body=b"{}")) == b"{}"
