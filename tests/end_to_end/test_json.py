"""Bodies that are no JSON, or JSON that means nothing here, are refused and break nothing."""

import json
from typing import Any

import pytest

from tests.end_to_end.placements import FLENSBURG, PLACEMENTS, a_placement, head
from tests.end_to_end.problems import faults, places, problem
from tests.end_to_end.system import System

pytestmark = pytest.mark.asyncio(loop_scope="session")

MIB = 1024 * 1024


def with_persons(text: str) -> bytes:
    """A placement whose persons are written as given."""
    whole = json.dumps(a_placement(persons="HERE"))
    return whole.replace('"HERE"', text).encode()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"{",
        b"{]",
        b"{'unit': '01001'}",
        b'{"unit": "01001",}',
        b"// note\n{}",
        b"undefined",
        with_persons("NaN"),
        with_persons("Infinity"),
        with_persons("-Infinity"),
        with_persons("01"),
        with_persons("+1"),
        with_persons("0x1"),
        with_persons("1_0"),
        json.dumps(a_placement()).encode() + b"{}",
        json.dumps(a_placement()).encode() + b"\0",
        b"unit=01001",
        b"[" * 100_000,
    ],
    ids=lambda body: repr(body[-30:]),
)
async def test_what_is_not_json_is_said_so(system: System, body: bytes) -> None:
    answer = await system.city(FLENSBURG).post_bytes(PLACEMENTS, body)
    problem(answer, 400, "not-json")


@pytest.mark.parametrize(
    "text",
    [
        b'{"unit": "01001", "unit": "01002"}',
        b'{"unit": "01001", "unit": "01001"}',
        b'{"persons": 1, "\\u0070ersons": 2}',
        b'{"unit": {"a": 1, "a": 2}}',
    ],
)
async def test_a_key_that_stands_twice_is_refused(system: System, text: bytes) -> None:
    answer = await system.city(FLENSBURG).post_bytes(PLACEMENTS, text)
    problem(answer, 400, "duplicate-key")


async def test_a_key_that_stands_twice_deep_in_a_batch_is_refused(system: System) -> None:
    body = b'{"placements": [{"unit": "01001", "persons": 1, "persons": 2}]}'
    answer = await system.city(FLENSBURG).post_bytes(f"{PLACEMENTS}/batch", body)
    problem(answer, 400, "duplicate-key")


@pytest.mark.parametrize(
    "encoded",
    [
        json.dumps(a_placement(reference="Ä1"), ensure_ascii=False).encode("latin-1"),
        json.dumps(a_placement()).encode("utf-16"),
        b'{"unit": "\xff"}',
        b'{"unit": "\xed\xa0\x80"}',
        b'{"unit": "\xc0\x80"}',
    ],
    ids=["latin-1", "utf-16", "a stray byte", "a surrogate's bytes", "an overlong zero"],
)
async def test_a_body_that_is_not_utf_8_is_said_so(system: System, encoded: bytes) -> None:
    answer = await system.city(FLENSBURG).post_bytes(PLACEMENTS, encoded)
    problem(answer, 400, "not-utf8")


@pytest.mark.parametrize(
    "text",
    [
        *("true", "false", "null", '"3"', "3.0", "3.5", "1e0", "[]", "{}", "[3]"),
        *("-0.0", "1e400", "9" * 25, "9" * 400, "-" + "9" * 400),
    ],
)
async def test_persons_are_a_whole_number_and_nothing_like_one(system: System, text: str) -> None:
    answer = await system.city(FLENSBURG).post_bytes(PLACEMENTS, with_persons(text))
    assert places(answer) == {"/persons"}


async def test_a_number_of_five_thousand_digits_breaks_nothing(system: System) -> None:
    answer = await system.city(FLENSBURG).post_bytes(PLACEMENTS, with_persons("9" * 5000))
    assert answer.status_code in {400, 422}


@pytest.mark.parametrize("body", [[], "text", 1, True, None, 1.5, [a_placement()]])
async def test_a_body_that_is_no_object_is_refused_as_a_whole(system: System, body: Any) -> None:
    assert places(await system.city(FLENSBURG).post(PLACEMENTS, body)) == {""}


@pytest.mark.parametrize("field", ["unit", "programme", "effective_on"])
@pytest.mark.parametrize("value", [None, 1, True, [], {}, "", "\u0000", "\ud800", "01001\u0000"])
async def test_codes_and_dates_are_text_that_means_something(
    system: System, field: str, value: Any
) -> None:
    answer = await system.city(FLENSBURG).post(PLACEMENTS, a_placement(**{field: value}))
    if value == "\ud800" and answer.status_code == 400:
        problem(answer, 400, "not-json")
    else:
        assert places(answer) == {f"/{field}"}


@pytest.mark.parametrize(
    "day",
    [
        *("2023-02-30", "2023-5-1", "20230501", "2023-W18-1", "2023-121", "01.05.2023"),
        *("2023-05-01T00:00:00", "2023-05-01Z", " 2023-05-01", "2023-05-01 ", "+2023-05-01"),
        *("0000-01-01", "10000-01-01", "1682899200", "2023-05-0\u0661"),
    ],
)
async def test_a_date_has_one_form(system: System, day: str) -> None:
    answer = await system.city(FLENSBURG).post(PLACEMENTS, a_placement(effective_on=day))
    assert places(answer) == {"/effective_on"}


@pytest.mark.parametrize("name", ["~", "/", "~1", "a b", "ä", "", "__proto__", "\u0000"])
async def test_an_unknown_field_is_pointed_at_exactly(system: System, name: str) -> None:
    answer = await system.city(FLENSBURG).post(PLACEMENTS, a_placement() | {name: 1})
    pointer = "/" + name.replace("~", "~0").replace("/", "~1")
    assert faults(answer) == {(pointer, "unknown-field")}


async def test_deep_nesting_breaks_nothing(system: System) -> None:
    for depth in (50, 900, 5_000, 200_000):
        deep = b'{"unit": ' + b"[" * depth + b"]" * depth + b"}"
        answer = await system.city(FLENSBURG).post_bytes(PLACEMENTS, deep)
        assert answer.status_code in {400, 422}


async def test_a_body_of_more_than_a_mebibyte_is_too_large(system: System) -> None:
    city, before = system.city(FLENSBURG), await head(system)
    padded = json.dumps(a_placement()).encode().ljust(MIB + 1)
    problem(await city.post_bytes(PLACEMENTS, padded), 413, "too-large")
    assert await head(system) == before


async def test_a_body_of_unknown_length_is_counted_as_it_comes(system: System) -> None:
    async def pieces() -> Any:
        for _ in range(20):
            yield b" " * 65_536

    city = system.city(FLENSBURG)
    headers = {"Content-Type": "application/json", "Idempotency-Key": "k"}
    answer = await city.ask("POST", PLACEMENTS, content=pieces(), headers=headers)
    problem(answer, 413, "too-large")


async def test_a_body_of_a_mebibyte_is_read(system: System) -> None:
    padded = json.dumps(a_placement()).encode().ljust(MIB)
    answer = await system.city(FLENSBURG).post_bytes(PLACEMENTS, padded)
    assert answer.status_code == 201


@pytest.mark.parametrize(
    "media_type",
    ["text/plain", "application/x-www-form-urlencoded", "application/xml", "json", "text/json"],
)
async def test_a_body_that_is_not_named_as_json_is_refused(system: System, media_type: str) -> None:
    body = json.dumps(a_placement()).encode()
    answer = await system.city(FLENSBURG).post_bytes(PLACEMENTS, body, Content_Type=media_type)
    problem(answer, 415, "media-type")


async def test_a_body_without_a_name_is_refused(system: System) -> None:
    city = system.city(FLENSBURG)
    body = json.dumps(a_placement()).encode()
    answer = await city.ask("POST", PLACEMENTS, content=body, headers={"Idempotency-Key": "n"})
    problem(answer, 415, "media-type")


@pytest.mark.parametrize(
    "media_type", ["application/json; charset=utf-8", "Application/JSON", "application/json;"]
)
async def test_json_may_be_named_with_its_charset(system: System, media_type: str) -> None:
    body = json.dumps(a_placement()).encode()
    answer = await system.city(FLENSBURG).post_bytes(PLACEMENTS, body, Content_Type=media_type)
    assert answer.status_code == 201


async def test_an_unknown_query_parameter_of_a_post_is_refused(system: System) -> None:
    answer = await system.city(FLENSBURG).post(f"{PLACEMENTS}?force=true", a_placement())
    assert places(answer) == {"?force"}
