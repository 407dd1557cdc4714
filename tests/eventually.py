"""Waiting for what other processes do, without sleeping."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar, overload

T = TypeVar("T")

FIRST_PAUSE_SECONDS = 0.01
LONGEST_PAUSE_SECONDS = 0.1


@overload
async def eventually(
    check: Callable[[], Awaitable[T | None]], *, within: float, because: str
) -> T: ...
@overload
async def eventually(check: Callable[[], T | None], *, within: float, because: str) -> T: ...


async def eventually(check: Callable[[], object], *, within: float, because: str) -> object:
    """Ask again until `check` answers something true, and return that answer.

    `check` may be sync or async; an exception counts as 'not yet'. After `within` seconds it
    fails with `because`, the last answer and the last exception; the last try starts at the limit.
    """
    start = time.monotonic()
    pause, tries = FIRST_PAUSE_SECONDS, 0
    while True:
        late = time.monotonic() - start >= within
        answer, error = await _try(check)
        tries += 1
        if answer:
            return answer
        if late:
            raise AssertionError(_failure(because, within, tries, answer, error)) from error
        await asyncio.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE_SECONDS)


async def _try(check: Callable[[], object]) -> tuple[object, Exception | None]:
    try:
        answer = check()
        return (await answer if inspect.isawaitable(answer) else answer), None
    except Exception as error:  # noqa: BLE001 - 'not yet', and shown when time is up
        return None, error


def _failure(
    because: str, within: float, tries: int, answer: object, error: Exception | None
) -> str:
    last = f"it raised {error!r}" if error else f"it answered {answer!r}"
    return f"not within {within:g} s: {because} (asked {tries} times; at last {last})"
