"""Which values a placement may have, whatever else is recorded."""

import re
from datetime import date

from services.admissions.domain.refusals import (
    EffectiveInFuture,
    EffectiveTooOld,
    PersonsOutOfRange,
    ReferenceMalformed,
)
from shared.codes import FIRST_DAY

MOST_PERSONS = 10_000
FILE_REFERENCE = re.compile(r"[A-Z0-9][A-Z0-9/._-]{0,39}")
MIGHT_BE_A_NAME = re.compile(r"[A-Z]{4}")
DIGIT = re.compile(r"[0-9]")


def check_persons(persons: int) -> int:
    """The count of people if it is 1 to 10,000, else PersonsOutOfRange."""
    if not 1 <= persons <= MOST_PERSONS:
        raise PersonsOutOfRange(persons=persons)
    return persons


def check_effective_day(day: date, today: date) -> date:
    """The day if it is within the record and no later than today, both included."""
    if day > today:
        raise EffectiveInFuture(day=day)
    if day < FIRST_DAY:
        raise EffectiveTooOld(day=day)
    return day


def check_file_reference(reference: str) -> str:
    """The reference if it can't be a person's name: a digit, at most three letters in a row."""
    if not FILE_REFERENCE.fullmatch(reference):
        raise ReferenceMalformed(reference=reference)
    if MIGHT_BE_A_NAME.search(reference) or not DIGIT.search(reference):
        raise ReferenceMalformed(reference=reference)
    return reference
