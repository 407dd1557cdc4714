"""A happening is one line, whatever it quotes; a trace is set in."""

import logging

import pytest

from shared.logs import OneLine

FALSE = "2026-11-28T00:00:00.000Z INFO    quota audit: all is well"


def written(message: str, failure: Exception | None = None) -> str:
    """What the log has of it."""
    trace = (type(failure), failure, None) if failure else None
    record = logging.LogRecord("quota", logging.ERROR, "", 0, "it said %s", (message,), trace)
    return OneLine("%(levelname)s %(message)s").format(record)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\x85", "\u2028", "\x0b", "\0", "\x1b[2K"])
def test_what_is_quoted_begins_no_line(end: str) -> None:
    said = written(f"x{end}{FALSE}")
    assert said.splitlines() == [said]
    assert said.isprintable()
    assert said.startswith("ERROR it said x\\")


def test_a_trace_is_set_in_so_that_no_line_of_it_looks_like_ours() -> None:
    first, *others = written("x", ValueError(f"a\n{FALSE}")).splitlines()
    assert first == "ERROR it said x"
    assert others
    assert all(line.startswith("  ") for line in others)


def test_words_stay_as_they_are() -> None:
    assert written("Länder – „gut“") == "ERROR it said Länder – „gut“"
