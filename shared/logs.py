"""One line of log per happening: instant, level, service, sentence, facts."""

import logging
import sys
import time


def start_logging(service: str, level: str) -> None:
    """Send every log line of the process to stderr, UTC, with the service's name."""
    handler = logging.StreamHandler(sys.stderr)
    formatter = logging.Formatter(
        f"%(asctime)s.%(msecs)03dZ %(levelname)-7s {service} %(name)s: %(message)s",
        datefmt="%Y-%m-%dT%H:%M:%S",
    )
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for talkative in ("aiokafka", "httpx", "httpcore", "faststream"):
        logging.getLogger(talkative).setLevel(logging.WARNING)
