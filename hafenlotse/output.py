"""What a command answers: tables for people, one JSON document for programs, and an exit code."""

import asyncio
import functools
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Concatenate, ParamSpec

import asyncpg
import click
from aiokafka.errors import KafkaError

from hafenlotse.installation import Installation, NotHere, find_installation
from shared.line import FeedUnavailable
from shared.postgres import NOT_PREPARED, UNAVAILABLE, LandHeld, is_outage

FINE, FINDING, NOT_REACHED = 0, 1, 3
P = ParamSpec("P")


@dataclass(frozen=True)
class Table:
    """Rows below a heading; a cell may be anything that has a text."""

    head: Sequence[str]
    rows: Iterable[Sequence[object]]

    def __str__(self) -> str:
        """Columns as wide as they need to be; what is not there is a dash."""
        lines = [tuple(self.head), *(tuple(map(_cell, row)) for row in self.rows)]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        return "\n".join(
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
            for line in lines
        )


def _cell(value: object) -> str:
    return "-" if value is None or value == "" else str(value)


@dataclass(frozen=True)
class Answer:
    """`document` is what programs get; `exit_code` is FINE, FINDING or NOT_REACHED."""

    document: dict[str, Any]
    shown: Sequence[Table | str] = field(default_factory=list)
    exit_code: int = FINE


def code(*, is_finding: bool, is_unreached: bool = False) -> int:
    """The exit code of an answer."""
    return NOT_REACHED if is_unreached else FINDING if is_finding else FINE


Act = Callable[Concatenate[Installation, P], Awaitable[Answer]]


def answering(act: Act[P]) -> Callable[..., None]:
    """A command from what answers it: finds the installation, shows the answer, exits."""

    @click.option("--json", "as_json", is_flag=True, help="One JSON document, for programs.")
    @functools.wraps(act)
    def command(*, as_json: bool, **options: Any) -> None:
        answer = asyncio.run(_ask(act, options))
        shown = [json.dumps(answer.document, indent=1)] if as_json else answer.shown
        click.echo("\n\n".join(map(str, shown)))
        raise click.exceptions.Exit(answer.exit_code)

    return command


async def _ask(act: Callable[..., Awaitable[Answer]], options: dict[str, Any]) -> Answer:
    async with reaching():
        return await act(find_installation(), **options)


@asynccontextmanager
async def reaching() -> AsyncIterator[None]:
    """What can't be reached, and a Land that is held, become sentences."""
    try:
        yield
    except (*UNAVAILABLE, *NOT_PREPARED) as failure:
        if not is_outage(failure) and not isinstance(failure, NOT_PREPARED):
            raise
        raise NotHere(f"PostgreSQL can't be reached: {_words(failure)}") from failure
    except (KafkaError, FeedUnavailable) as failure:
        raise NotHere(f"Not reached: {_words(failure)}") from failure
    except LandHeld as reason:
        raise click.ClickException(f"The Land is held: {reason}") from reason


def _words(failure: BaseException) -> str:
    is_server = isinstance(failure, asyncpg.PostgresError)
    return str(failure) if is_server or str(failure) else type(failure).__name__
