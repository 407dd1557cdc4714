"""Starts everything in its order, keeps it running, and stops it."""

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable
from functools import partial

from embedded.access import curl_files, write_access
from embedded.account import account_for_postgres, place_for
from embedded.child import Command, last_line
from embedded.credentials import clients, secret, write_clients
from embedded.database import prepare_database
from embedded.faults import Fault, fault_of
from embedded.gateway import SERVICES
from embedded.home import Home
from embedded.kafka import KafkaBroker
from embedded.kept import Kept
from embedded.leftovers import end_left_overs
from embedded.ports import is_free, remembered_ports, taken
from embedded.postgres import PostgresServer
from embedded.programs import (
    RECONCILIATION,
    all_commands,
    ready_addresses,
    service_secrets,
)
from embedded.readiness import is_ready, what_it_waits_for
from embedded.report import Reporter
from embedded.settings import INNER_PORTS, ROOT, Settings

PATIENCE_SECONDS = 150.0
LOOK_EVERY_SECONDS = 0.1
ENDS_WHILE_STARTING = 5
SERVERS_OF_DATA = ("kafka", "postgres")
STOP_SECONDS = 10.0
log = logging.getLogger(__name__)


class Supervisor:
    """All processes of one state folder."""

    def __init__(self, home: Home, settings: Settings, reporter: Reporter) -> None:
        self.home, self.settings, self.reporter = home, settings, reporter
        self.kept: dict[str, Kept] = {}
        self._keeping: set[asyncio.Task[None]] = set()

    def make_ready(self) -> None:
        """Clear away what a killed run left, then settle ports, secrets and places."""
        ended = end_left_overs(str(self.home.root))
        if ended:
            self.reporter.step(f"ended what a killed run left: {len(ended)}")
        if not is_free(self.settings.gateway_port):
            raise taken(self.settings.gateway_port, "HAFENLOTSE_GATEWAY_PORT")
        self.ports = remembered_ports(self.home.ports, INNER_PORTS, self.settings.inner_ports)
        self.passwords = service_secrets(self.home)
        self.clients = clients(self.home.secrets)
        write_clients(self.home.secrets / "clients.json", self.clients)
        curl_files(self.home.secrets / "curl", self.clients)
        self.commands = all_commands(self.home, self.settings, self.ports)
        self.postgres = self._postgres()
        self.kafka = KafkaBroker(
            self.home.kafka,
            (self.ports["kafka"], self.ports["kafka_controller"]),
            self.home.log("kafka"),
            str(self.home.root),
        )

    async def start(self) -> None:
        """Start all and return when all are ready, or raise Fault."""
        self._keep("issuer", partial(self.commands.__getitem__, "issuer"))
        self._keep("gateway", partial(self.commands.__getitem__, "gateway"))
        await asyncio.gather(self._start_kafka(), self._start_postgres_and_services())
        addresses = ready_addresses(self.settings, self.ports)
        await asyncio.gather(*(self._until_answers(name, addresses[name]) for name in addresses))

    async def stop(self) -> None:
        """Stop all: first what uses data, then what holds it."""
        for task in self._keeping:
            task.cancel()
        first = [name for name in self.kept if name not in SERVERS_OF_DATA]
        await asyncio.gather(*(self.kept[name].stop(STOP_SECONDS) for name in first))
        last = [name for name in SERVERS_OF_DATA if name in self.kept]
        await asyncio.gather(*(self.kept[name].stop(2 * STOP_SECONDS) for name in last))

    def tell(self) -> None:
        """Write which processes run, for `status` and for whoever tries it out."""
        running = {name: kept.pid for name, kept in self.kept.items()}
        report = self.reporter.report
        report.processes = {name: pid for name, pid in running.items() if pid is not None}
        report.restarts = {name: kept.ends for name, kept in self.kept.items()}
        self.reporter.write()
        processes = {**report.processes, "supervisor": report.pid}
        write_access(self.home, self.settings, self.ports, self.clients, processes)

    def _postgres(self) -> PostgresServer:
        place = place_for(
            account_for_postgres(),
            self.settings.postgres_home,
            self.home.postgres,
            self.home.root,
        )
        password = secret(self.home.secrets / "postgres", "owner_password")
        return PostgresServer(
            place,
            self.ports["postgres"],
            password,
            self.home.log("postgres"),
            mark=str(self.home.root),
        )

    async def _start_kafka(self) -> None:
        from access.kafka import KafkaPlace  # noqa: PLC0415 - slow: beside the first process
        from shared.topics import ensure_topics  # noqa: PLC0415 - slow: beside the first process

        await asyncio.to_thread(self.kafka.prepare)
        self._keep("kafka", self.kafka.command, self.kafka.prepare)
        await self._until("kafka", lambda: asyncio.to_thread(self.kafka.accepts))
        await ensure_topics(KafkaPlace(self.kafka.bootstrap))
        self.reporter.step("Apache Kafka is ready")

    async def _start_postgres_and_services(self) -> None:
        await asyncio.to_thread(self.postgres.prepare)
        self._keep("postgres", self.postgres.command, self.postgres.prepare)
        await self._until("postgres", lambda: asyncio.to_thread(self.postgres.accepts))
        applied = await prepare_database(self.postgres, self.passwords)
        changes = f", {len(applied)} migrations applied" if applied else ""
        self.reporter.step(f"PostgreSQL is ready{changes}")
        for name in (*SERVICES, RECONCILIATION):
            self._keep(name, partial(self.commands.__getitem__, name))

    def _keep(
        self,
        name: str,
        command: Callable[[], Command],
        prepare: Callable[[], None] = lambda: None,
    ) -> None:
        place = (self.home.log(name), str(self.home.root), ROOT)
        kept = self.kept[name] = Kept(command, place, self.tell, prepare)
        kept.start()
        self._keeping.add(asyncio.create_task(kept.keep(), name=name))

    async def _until_answers(self, name: str, address: str) -> None:
        await self._until(name, lambda: is_ready(address))
        self.reporter.step(f"{name} is ready")

    async def _until(self, name: str, check: Callable[[], Awaitable[bool]]) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not await check():
                if self.kept[name].ends >= ENDS_WHILE_STARTING:
                    raise Fault(self._gave_up(name))
                await asyncio.sleep(LOOK_EVERY_SECONDS)

    def _gave_up(self, name: str) -> str:
        how = self.kept[name].last_end
        return (
            f"{name} ended {ENDS_WHILE_STARTING} times while starting, at last with {how}: "
            f"it says why in {self.home.log(name)} ({last_line(self.home.log(name))})."
        )


async def supervise(home: Home, settings: Settings) -> None:
    """Start all, keep it running until SIGTERM, then stop all; faults go to the report."""
    reporter = Reporter(home.report, settings.gateway_port)
    supervisor = Supervisor(home, settings, reporter)
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    fault = await _start(supervisor, stopping)
    if fault is None and not stopping.is_set():
        reporter.turn("ready")
        log.info("all is ready at %s", settings.address)
        await stopping.wait()
    log.info("stopping: %s", fault or "as asked")
    reporter.turn("stopping", fault)
    await supervisor.stop()
    reporter.turn("failed" if fault else "stopped", fault)


async def _start(supervisor: Supervisor, stopping: asyncio.Event) -> str | None:
    """Start until all is ready or somebody asks to stop; the fault in one sentence, if any."""
    try:
        await asyncio.to_thread(supervisor.make_ready)
        starting = asyncio.create_task(supervisor.start())
        asked = asyncio.create_task(stopping.wait())
        await asyncio.wait((starting, asked), return_when=asyncio.FIRST_COMPLETED)
        asked.cancel()
        if starting.done():
            await starting
        starting.cancel()
    except Fault as fault:
        return str(fault)
    except OSError as error:
        log.exception("while starting")
        return str(fault_of(error, supervisor.home.root))
    except TimeoutError:
        return f"Not ready in time: {what_it_waits_for(supervisor.home, supervisor.settings)}."
    except Exception as error:
        log.exception("while starting")
        return f"It could not start ({error!r}): see {supervisor.home.log('supervisor')}."
    return None
