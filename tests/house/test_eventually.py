"""Waiting: it ends as soon as it can, and says why it could not."""

from collections.abc import Iterator

import pytest

from tests.eventually import eventually


@pytest.mark.asyncio
async def test_the_first_true_answer_is_returned() -> None:
    answers: Iterator[int] = iter([0, 0, 7, 8])
    assert await eventually(lambda: next(answers), within=5, because="it counts") == 7


@pytest.mark.asyncio
async def test_an_exception_means_not_yet() -> None:
    tries: list[int] = []

    async def check() -> bool:
        tries.append(1)
        if len(tries) < 3:
            raise ConnectionError
        return True

    assert await eventually(check, within=5, because="the server starts")


@pytest.mark.asyncio
async def test_a_failure_says_what_was_waited_for_and_what_came_last() -> None:
    with pytest.raises(AssertionError, match=r"not within 0.05 s: all alerts .* it answered 0\)"):
        await eventually(lambda: 0, within=0.05, because="all alerts arrive")


@pytest.mark.asyncio
async def test_a_failure_names_the_last_exception() -> None:
    with pytest.raises(AssertionError, match=r"it raised ZeroDivisionError") as failure:
        await eventually(lambda: 1 / 0, within=0, because="division works")
    assert isinstance(failure.value.__cause__, ZeroDivisionError)
