"""How large the tests of promises run: small with all others, large by one setting."""

import os
from typing import TypeVar

SETTING = "HAFENLOTSE_PROMISES"
T = TypeVar("T")


def sized(small: T, large: T) -> T:
    """The size for every run, or the one of the promise where the setting is `large`."""
    return large if os.environ.get(SETTING) == "large" else small
