"""One line of log per happening: instant, level, service, sentence, facts."""

import logging
import sys
import time
from textwrap import indent
from typing import Any

BREAKING = (*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029)
ESCAPED = {number: repr(chr(number))[1:-1] for number in BREAKING}


def start_logging(service: str, level: str) -> None:
    """Send every log line of the process to stderr, UTC, with the service's name."""
    handler = logging.StreamHandler(sys.stderr)
    formatter = OneLine(
        f"%(asctime)s.%(msecs)03dZ %(levelname)-7s {service} %(name)s: %(message)s",
        datefmt="%Y-%m-%dT%H:%M:%S",
    )
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for talkative in ("aiokafka", "httpx", "httpcore", "faststream"):
        logging.getLogger(talkative).setLevel(logging.WARNING)


class OneLine(logging.Formatter):
    """What a message or trace quotes from elsewhere can't look like a line of ours."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  # as logging has it
        return super().formatMessage(record).translate(ESCAPED)

    def formatException(self, ei: Any) -> str:  # noqa: N802  # as logging has it
        return indent(super().formatException(ei), "  ")
