"""A whole system whose services reach PostgreSQL by a wire that breaks at a COMMIT."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from anyio.from_thread import start_blocking_portal

from embedded.ports import pick_port
from tests.chaos.interpreters import importing, python_of
from tests.end_to_end.own_system import own_system
from tests.end_to_end.quotas import eventually_some
from tests.integration.shared.cutting import Wire, a_wire

BROKEN_SECONDS = 60


@contextmanager
def wired_system() -> Iterator[tuple[Path, Wire]]:
    """The access.json of a fresh system, and the wire, which goes on while a test waits."""
    port = pick_port()
    with (
        importing("rewired.rewired_database") as prefix,
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(a_wire(port)) as wire,
    ):
        (prefix / "port").write_text(str(wire.port))
        with own_system(python_of(prefix), HAFENLOTSE_POSTGRES_PORT=str(port)) as access_file:
            yield access_file, wire


async def cut(wire: Wire, service: str, side: str) -> None:
    """End the next session of a service that commits, before its COMMIT arrives or after it."""
    number = wire.broken + 1
    wire.user = f"\0{service}\0".encode()
    wire.breaks = side
    await eventually_some(
        lambda: wire.broken == number, f"{service} commits, and is cut {side}", BROKEN_SECONDS
    )
