"""What may happen to a running system, done to it from outside."""

import os
import signal
from dataclasses import dataclass

import psutil  # type: ignore[import-untyped]  # ships no types
from aiokafka.admin import AIOKafkaAdminClient

from tests.end_to_end.own_system import is_alive
from tests.end_to_end.quotas import eventually_some
from tests.end_to_end.system import System

SERVICES = ("admissions", "quota", "notifications")
PROCESSES = (*SERVICES, "kafka", "postgres")
BACK_ENDS = "back ends"
BACK_SECONDS = 120


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
        await self.end(names, signal.SIGKILL)

    async def restart(self, names: list[str]) -> None:
        """Let them end in order; their supervisor starts them again."""
        await self.end(names, signal.SIGTERM)

    async def end(self, names: list[str], by: signal.Signals) -> None:
        ended = {name: self.system.processes()[name] for name in names}
        for pid in ended.values():
            os.kill(pid, by)

        async def are_back() -> bool:
            now = self.system.processes()
            again = all(now[name] != pid and is_alive(now[name]) for name, pid in ended.items())
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

        async def are_deleted() -> bool:
            admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap)
            try:
                await admin.start()
                await admin.delete_topics(names)
            finally:
                await admin.close()
            return True

        await eventually_some(are_deleted, f"{names} are deleted", BACK_SECONDS)

    @property
    def bootstrap(self) -> str:
        """Where Kafka listens, as the services were told."""
        return self.environment("quota")["HAFENLOTSE_KAFKA_BOOTSTRAP"]

    def environment(self, name: str) -> dict[str, str]:
        """What a process was started with."""
        environment = psutil.Process(self.system.processes()[name]).environ()
        return dict(environment)
