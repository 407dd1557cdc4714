"""The one address: Caddy in front of the three services, as compose.yaml has it."""

import sys
from collections.abc import Mapping
from pathlib import Path

from embedded.child import Command
from embedded.settings import ROOT

SERVICES = ("admissions", "quota", "notifications")
PROGRAM = Path(sys.prefix) / "bin" / "caddy"
CADDYFILE = ROOT / "deploy" / "caddy" / "Caddyfile"


def gateway_command(port: int, service_ports: Mapping[str, int], folder: Path) -> Command:
    """How the gateway is started; it keeps nothing of its own but what Caddy insists on."""
    environment = {
        "HAFENLOTSE_GATEWAY_PORT": str(port),
        "GOGC": "400",
        "XDG_DATA_HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder),
        "HAFENLOTSE_GATEWAY_HOST": "127.0.0.1",
        **{
            f"HAFENLOTSE_{name.upper()}_UPSTREAM": f"127.0.0.1:{service_ports[name]}"
            for name in SERVICES
        },
    }
    run = [str(PROGRAM), "run", "--config", str(CADDYFILE), "--adapter", "caddyfile"]
    return Command("gateway", run, environment)
