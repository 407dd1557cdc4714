"""A record that no service can use, as the dead letter that keeps it."""

from shared.records import Record
from shared.store.dead_letters import DeadLetter

MOST_DETAIL = 500


def letter_of(record: Record, reason: str, detail: str) -> DeadLetter:
    """A record with everything that an operator needs to judge it; header values in hex."""
    return DeadLetter(
        topic=record.topic,
        partition=record.partition,
        log_offset=record.offset,
        reason=reason,
        detail=escaped(detail[:MOST_DETAIL]),
        key=record.key,
        value=record.value,
        headers=tuple(
            (escaped(name), None if value is None else value.hex())
            for name, value in record.headers
        ),
    )


def escaped(foreign: str) -> str:
    """Foreign text as logs and PostgreSQL bear it: ASCII, one line, as Python writes it."""
    return foreign.encode("unicode_escape").decode()


def place_of(record: Record) -> str:
    """Where a record is, for a log."""
    return f"{record.topic}/{record.partition}@{record.offset}"
