"""What the operating system refuses becomes a sentence that says what to do."""

import errno
import os
from pathlib import Path

import pytest

from embedded.faults import fault_of
from embedded.install import CAUSES, cause_in


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "is full: free some space"),
        (errno.EDQUOT, "is full: free some space"),
        (errno.EROFS, "read-only disk: set HAFENLOTSE_HOME"),
        (errno.EACCES, "can't be written by this user"),
        (errno.ENOTDIR, "can't be used (Not a directory)"),
    ],
)
def test_each_refusal_is_one_sentence_that_names_the_place(number: int, words: str) -> None:
    sentence = str(fault_of(OSError(number, os.strerror(number)), Path("state")))
    assert words in sentence
    assert "state" in sentence
    assert sentence.endswith(".")


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM ...", "not the one that is listed"),
        ("OSError: [Errno 28] No space left on device", "the disk is full"),
        ("NewConnectionError(...): Failed to establish a new connection", "can't be reached"),
        ("ERROR: No matching distribution found for x", "not offered for this machine"),
        ("something else", "pip gave up"),
    ],
)
def test_what_pip_says_is_put_into_words(said: str, cause: str) -> None:
    assert cause in cause_in(said)


def test_no_cause_hides_another() -> None:
    signs = [sign for sign, _ in CAUSES]
    assert [cause_in(sign) for sign in signs] == [cause for _, cause in CAUSES]
