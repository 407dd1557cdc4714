"""What pydantic finds becomes the faults of the contract, at their places."""

from typing import Annotated, Any

import pytest
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from services.quota.api.days import Day
from shared.codes import Refusal
from shared.http.answers import whole_number
from shared.http.faults import faults_of, pointer, refusing
from shared.http.problems import Fault


class TooGreen(Refusal):
    """A colour of the test."""

    code = "unit-unknown"


def check_colour(value: object) -> object:
    if value == "green":
        raise TooGreen(code=value)
    return value


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    persons: int = Field(ge=1)
    colour: Annotated[str, BeforeValidator(refusing(check_colour))] = "red"


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    name: str = Field(max_length=3)
    inner: list[Inner] = []
    day: Day | None = None


def faults(body: Any) -> list[tuple[str | None, str]]:
    with pytest.raises(ValidationError) as refused:
        Body.model_validate(body)
    errors = [{**error, "loc": ("body", *error["loc"])} for error in refused.value.errors()]
    return [(fault.pointer, fault.code) for fault in faults_of(errors)]


def test_all_faults_are_found_at_once() -> None:
    body = {
        "inner": [{"persons": 1}, {"persons": True, "a/b~c": 1}, {"persons": 1, "colour": "green"}],
        "day": "2023-02-30",
        "more": 1,
    }
    assert sorted(faults(body)) == [
        ("/day", "malformed"),
        ("/inner/1/a~1b~0c", "unknown-field"),
        ("/inner/1/persons", "wrong-type"),
        ("/inner/2/colour", "unit-unknown"),
        ("/more", "unknown-field"),
        ("/name", "missing"),
    ]


@pytest.mark.parametrize("persons", ["5", 5.0, 1.5, None, [], True, float("inf")])
def test_nothing_but_a_whole_number_is_one(persons: object) -> None:
    assert faults({"name": "a", "inner": [{"persons": persons}]}) == [
        ("/inner/0/persons", "wrong-type")
    ]


@pytest.mark.parametrize("body", [None, [], "x", 1])
def test_a_body_that_is_no_object_is_a_fault_of_the_whole(body: object) -> None:
    assert faults(body) == [("", "wrong-type")]


@pytest.mark.parametrize(
    "day",
    [
        "2023-1-01",
        "20230101",
        "2023-01-01T00:00:00",
        " 2023-01-01",
        "2023-01-01\n",
        "٢٠٢٣-01-01",
        "",
    ],
)
def test_a_day_is_written_one_way_only(day: str) -> None:
    assert faults({"name": "a", "day": day}) == [("/day", "malformed")]


@pytest.mark.parametrize("day", [1, 1.5, True, []])
def test_a_day_that_is_no_text_is_of_the_wrong_type(day: object) -> None:
    assert faults({"name": "a", "day": day}) == [("/day", "wrong-type")]


def test_a_refusal_brings_its_facts() -> None:
    with pytest.raises(ValidationError) as refused:
        Inner.model_validate({"persons": 1, "colour": "green"})
    [error] = refused.value.errors()
    [fault] = faults_of([{**error, "loc": ("body", "colour")}])
    assert fault == Fault("unit-unknown", pointer="/colour", facts={"code": "green"})


def test_a_query_is_named_by_its_parameter() -> None:
    [fault] = faults_of([{"type": "missing", "loc": ("query", "persons")}])
    assert fault == Fault("missing", parameter="persons")


@pytest.mark.parametrize(
    ("parts", "text"),
    [([], ""), ([""], "/"), (["a", 0], "/a/0"), (["a/b", "m~n"], "/a~1b/m~0n"), (["~1"], "/~01")],
)
def test_a_pointer_is_escaped(parts: list[object], text: str) -> None:
    assert pointer(parts) == text


class Query(BaseModel):
    number: Annotated[int, whole_number(1, 500)]


@pytest.mark.parametrize(("text", "number"), [("1", 1), ("500", 500), ("007", 7)])
def test_plain_digits_within_bounds_are_a_number(text: str, number: int) -> None:
    assert Query.model_validate({"number": text}).number == number


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("0", "out-of-range"),
        ("501", "out-of-range"),
        ("9" * 18, "out-of-range"),
        ("9" * 19, "malformed"),
        ("9" * 10_000, "malformed"),
        ("-1", "malformed"),
        ("+1", "malformed"),
        ("1.0", "malformed"),
        ("1e2", "malformed"),
        ("1_0", "malformed"),
        (" 1", "malformed"),
        ("٣", "malformed"),
        ("²", "malformed"),
        ("", "malformed"),
    ],
)
def test_anything_else_is_no_number(text: str, code: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Query.model_validate({"number": text})
    assert refused.value.errors()[0]["type"] == code
