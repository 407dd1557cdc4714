"""What runs besides PostgreSQL and Kafka, as data: program, settings, and how it says 'ready'."""

import sys
from collections.abc import Mapping

from embedded.access import AUDIENCE, issuer_address, token_address, webhook_sink
from embedded.child import Command
from embedded.credentials import SERVICE, secret
from embedded.database import NAME
from embedded.gateway import SERVICES, gateway_command
from embedded.home import Home
from embedded.settings import Settings

MAIL_FROM = "hafenlotse@localhost"
RECONCILIATION = "reconciliation"


def tryout_command(home: Home, ports: Mapping[str, int]) -> Command:
    """The issuer and the mail sink."""
    environment = {
        "HAFENLOTSE_SECRETS_DIR": str(home.secrets),
        "HAFENLOTSE_ISSUER": issuer_address(ports),
        "HAFENLOTSE_AUDIENCE": AUDIENCE,
        "HAFENLOTSE_PORT": str(ports["issuer"]),
        "HAFENLOTSE_SMTP_PORT": str(ports["mail"]),
        "HAFENLOTSE_MAIL_SINK": str(home.mails),
    }
    return Command("issuer", [sys.executable, "-m", "embedded.tryout"], environment)


def service_command(name: str, home: Home, settings: Settings, ports: Mapping[str, int]) -> Command:
    """One of the three services."""
    environment = {
        **settings.handed_on,
        **service_environment(name, settings.address, ports),
        "HAFENLOTSE_SECRETS_DIR": str(home.secrets / name),
    }
    return Command(name, [sys.executable, "-m", f"services.{name}"], environment)


def reconciliation_command(home: Home, settings: Settings) -> Command:
    """The job that compares all books now and then; it finds them as the command line does."""
    environment = {**settings.handed_on, "HAFENLOTSE_HOME": str(home.root)}
    return Command(RECONCILIATION, [sys.executable, "-m", "hafenlotse.schedule"], environment)


def service_environment(name: str, address: str, ports: Mapping[str, int]) -> dict[str, str]:
    """The settings of a service; its secrets are files."""
    return {
        "HAFENLOTSE_HOST": "127.0.0.1",
        "HAFENLOTSE_PORT": str(ports[name]),
        "HAFENLOTSE_DATABASE_URL": f"postgresql://{name}@127.0.0.1:{ports['postgres']}/{NAME}",
        "HAFENLOTSE_KAFKA_BOOTSTRAP": f"127.0.0.1:{ports['kafka']}",
        "HAFENLOTSE_PUBLIC_ADDRESS": address,
        "HAFENLOTSE_ISSUER": issuer_address(ports),
        "HAFENLOTSE_AUDIENCE": AUDIENCE,
        "HAFENLOTSE_TOKEN_URL": token_address(ports),
        "HAFENLOTSE_SERVICE_CLIENT_ID": SERVICE,
        "HAFENLOTSE_ADMISSIONS_URL": f"http://127.0.0.1:{ports['admissions']}",
        "HAFENLOTSE_QUOTA_URL": f"http://127.0.0.1:{ports['quota']}",
        "HAFENLOTSE_SMTP_HOST": "127.0.0.1",
        "HAFENLOTSE_SMTP_PORT": str(ports["mail"]),
        "HAFENLOTSE_MAIL_FROM": MAIL_FROM,
        "HAFENLOTSE_WEBHOOK_ALLOWED": webhook_sink(ports),
    }


def service_secrets(home: Home) -> dict[str, str]:
    """Put each service's secrets where it reads them; the database passwords by role."""
    shared_secret = secret(home.secrets / "clients", SERVICE)
    passwords = {}
    secret(home.secrets / "admissions", "api_key_secret")
    secret(home.secrets / "notifications", "webhook_key")
    for name in SERVICES:
        passwords[name] = secret(home.secrets / name, "database_password")
        own = home.secrets / name / "service_client_secret"
        own.write_text(shared_secret, encoding="utf-8")
        own.chmod(0o600)
    return passwords


def ready_addresses(settings: Settings, ports: Mapping[str, int]) -> dict[str, str]:
    """Where each process answers 200 once it can do its work."""
    services = {name: f"http://127.0.0.1:{ports[name]}/{name}/health/ready" for name in SERVICES}
    return {
        "issuer": f"{issuer_address(ports)}/jwks.json",
        **services,
        "gateway": f"{settings.address}/admissions/health/live",
    }


def all_commands(home: Home, settings: Settings, ports: Mapping[str, int]) -> dict[str, Command]:
    """Every process that is no server of data, by its name."""
    return {
        "issuer": tryout_command(home, ports),
        "gateway": gateway_command(settings.gateway_port, ports, home.gateway),
        **{name: service_command(name, home, settings, ports) for name in SERVICES},
        RECONCILIATION: reconciliation_command(home, settings),
    }
