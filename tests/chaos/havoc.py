"""What may happen to a running system, done to it from outside."""

import os
import signal
from dataclasses import dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # ships no types
from aiokafka.admin import AIOKafkaAdminClient

from tests.end_to_end.own_system import is_alive
from tests.end_to_end.quotas import eventually_some
from tests.end_to_end.system import System

SERVICES = ("admissions", "quota", "notifications")
PROCESSES = (*SERVICES, "kafka", "postgres")
BACK_ENDS = "back ends"
BACK_SECONDS = 60


@dataclass(frozen=True)
class Havoc:
    """Strikes, and waits until it is healed."""

    system: System

    async def strike(self, what: str) -> None:
        """End PostgreSQL's back ends, or kill a process; return when all is ready again."""
        if what == BACK_ENDS:
            self.end_back_ends()
        else:
            await self.kill([what])

    async def kill(self, names: list[str]) -> None:
        killed = {name: self.system.processes()[name] for name in names}
        for pid in killed.values():
            os.kill(pid, signal.SIGKILL)

        async def are_back() -> bool:
            now = self.system.processes()
            again = all(now[name] != pid and is_alive(now[name]) for name, pid in killed.items())
            return again and await self.is_ready()

        await eventually_some(are_back, f"{names} run again", BACK_SECONDS)

    async def is_ready(self) -> bool:
        """Whether every service says so."""
        asked = [await self.system.ask("GET", f"/{service}/health/ready") for service in SERVICES]
        return all(answer.status_code == 200 for answer in asked)

    def end_back_ends(self) -> None:
        """As pg_terminate_backend does it, for all sessions of the services."""
        server = psutil.Process(self.system.processes()["postgres"])
        sessions = [
            child
            for child in server.children(recursive=True)
            if any(f"{service} " in " ".join(child.cmdline()) for service in SERVICES)
        ]
        assert sessions
        for session in sessions:
            session.send_signal(signal.SIGTERM)

    async def delete_topics(self, names: list[str]) -> None:
        """As a mistaken administrator does it."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap)
        await admin.start()
        try:
            await admin.delete_topics(names)
        finally:
            await admin.close()

    @property
    def bootstrap(self) -> str:
        """Where Kafka listens, as the services were told."""
        environment = Path(f"/proc/{self.system.processes()['quota']}/environ").read_bytes()
        named = dict(line.split(b"=", 1) for line in environment.split(b"\0") if b"=" in line)
        return named[b"HAFENLOTSE_KAFKA_BOOTSTRAP"].decode()
