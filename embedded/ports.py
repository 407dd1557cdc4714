"""Ports on loopback: free ones are picked once and remembered in the state folder."""

import json
import random
import socket
from collections.abc import Iterable, Mapping
from pathlib import Path

from embedded.faults import Fault
from embedded.home import write_whole

BELOW_EPHEMERAL = range(20_000, 32_000)
"""Where ports are picked: no outgoing connection is given one of these by Linux."""


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of loopback now."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def pick_port(taken: Iterable[int] = ()) -> int:
    """A port that nothing listens on now."""
    avoided = set(taken)
    for port in random.SystemRandom().sample(BELOW_EPHEMERAL, 200):
        if port not in avoided and is_free(port):
            return port
    raise Fault("No free port was found on loopback: stop something and run it again.")


def remembered_ports(path: Path, names: Iterable[str], wanted: Mapping[str, int]) -> dict[str, int]:
    """One port for each name: as wanted, else as last time, else a free one; remembered."""
    known = remembered(path)
    chosen: dict[str, int] = dict(wanted)
    for name in names:
        if name not in chosen:
            chosen[name] = _keep_or_pick(known.get(name), chosen.values())
        elif not is_free(chosen[name]):
            raise taken(chosen[name], f"HAFENLOTSE_{name.upper()}_PORT")
    write_whole(path, json.dumps(chosen, indent=1, sort_keys=True) + "\n", mode=0o644)
    return chosen


def taken(port: int, setting: str) -> Fault:
    """The sentence for a port that something else listens on."""
    return Fault(
        f"Port {port} is taken by another program: stop that one, or set {setting} to a free port."
    )


def _keep_or_pick(port: int | None, avoided: Iterable[int]) -> int:
    if port is not None and port not in set(avoided) and is_free(port):
        return port
    return pick_port(avoided)


def remembered(path: Path) -> dict[str, int]:
    """The ports of last time; none if the file is not there or not whole."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    ports = content.items() if isinstance(content, dict) else ()
    return {name: port for name, port in ports if isinstance(port, int)}
