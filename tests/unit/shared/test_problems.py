"""Refusals are written as RFC 9457 says, in the language that the caller prefers."""

from typing import Any

import orjson
import pytest

from shared.http.problems import FAULTS, PROBLEMS, Fault, Problem, language_of, render
from tests.unit.shared.requests import a_request

GERMAN, ENGLISH = "de", "en"


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        (None, GERMAN),
        ("", GERMAN),
        ("*", GERMAN),
        ("en", ENGLISH),
        ("EN-gb", ENGLISH),
        ("fr", GERMAN),
        ("en, de", GERMAN),
        ("de, en", GERMAN),
        ("en;q=0.9, de;q=0.8", ENGLISH),
        ("en; q=0.9, de; q=0.8", ENGLISH),
        ("en ;q=0.8 ,de\t; q=0.9", GERMAN),
        ("de-DE,de;q=0.9,en-US;q=0.8,en;q=0.7", GERMAN),
        ("en-US,en;q=0.9,de;q=0.8", ENGLISH),
        ("fr, en;q=0.5, *;q=0.1", ENGLISH),
        ("en;q=0.5, *", GERMAN),
        ("de;q=0, *", ENGLISH),
        ("de;q=0", GERMAN),
        ("en;q=0", GERMAN),
        ("en;q=x, de;q=0.1", GERMAN),
        ("en;q=nan", GERMAN),
        (";;;,,,=", GERMAN),
        ("english", GERMAN),
    ],
)
def test_english_is_spoken_only_where_it_is_preferred(accepted: str | None, language: str) -> None:
    headers = [("Accept-Language", accepted)] if accepted is not None else []
    assert language_of(a_request(*headers)) == language


def test_several_headers_are_one_list() -> None:
    wishes = [("Accept-Language", "fr"), ("Accept-Language", "en")]
    assert language_of(a_request(*wishes)) == ENGLISH


def rendered(problem: Problem, *headers: tuple[str, str]) -> tuple[Any, dict[str, str]]:
    answer = render(a_request(*headers), "quota", problem)
    document = orjson.loads(bytes(answer.body))
    assert answer.status_code == document["status"]
    return document, dict(answer.headers)


def test_a_problem_names_its_page_and_says_its_facts() -> None:
    document, headers = rendered(Problem("role", needed="city"), ("Accept-Language", "en"))
    assert document == {
        "type": "/quota/problems/role",
        "title": "Role not sufficient",
        "status": 403,
        "detail": "Your role may not do this. Needed: city.",
    }
    assert headers["content-type"] == "application/problem+json"
    assert (headers["content-language"], headers["vary"]) == ("en", "Accept-Language")


def test_every_fault_is_listed_with_its_place_and_its_words() -> None:
    faults = [
        Fault("out-of-range", parameter="limit", facts={"least": 1, "most": 500}),
        Fault("missing", pointer="/unit"),
        Fault("wrong-type", pointer=""),
    ]
    document, _ = rendered(Problem.invalid(*faults))
    assert "3 Fehler" in document["detail"]
    assert document["errors"] == [
        {"parameter": "limit", "code": "out-of-range", "detail": "Erlaubt ist 1 bis 500."},
        {"pointer": "/unit", "code": "missing", "detail": "Diese Angabe fehlt."},
        {"pointer": "", "code": "wrong-type", "detail": "Diese Angabe hat die falsche Art."},
    ]


def test_braces_in_facts_are_only_text() -> None:
    document, _ = rendered(Problem("duplicate-key", name="{count}{0}{{"))
    assert "„{count}{0}{{“" in document["detail"]


@pytest.mark.parametrize("slug", ["in-flight", "too-many", "unavailable"])
def test_who_may_try_again_is_told_when(slug: str) -> None:
    _, headers = rendered(Problem(slug))
    assert int(headers["retry-after"]) >= 1


@pytest.mark.parametrize("slug", ["token-missing", "token-invalid"])
def test_who_is_not_logged_in_is_told_how(slug: str) -> None:
    _, headers = rendered(Problem(slug))
    assert headers["www-authenticate"] == "Bearer"


class Anything(dict[str, object]):
    """Facts for every name that a text asks for."""

    def __missing__(self, name: str) -> str:
        return f"<{name}>"


@pytest.mark.parametrize("slug", sorted(PROBLEMS))
def test_every_problem_is_complete_in_both_languages(slug: str) -> None:
    entry = PROBLEMS[slug]
    assert 400 <= entry["status"] < 600
    for language in (GERMAN, ENGLISH):
        title, detail = entry[language]
        assert title[0].isupper()
        assert detail.format_map(Anything()).endswith(".")


@pytest.mark.parametrize("code", sorted(FAULTS))
def test_every_fault_is_complete_in_both_languages(code: str) -> None:
    said = [FAULTS[code][language].format_map(Anything()) for language in (GERMAN, ENGLISH)]
    assert all(text.endswith(".") for text in said)
    assert said[0] != said[1]
