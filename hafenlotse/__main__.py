"""The operators' command line: `python -m hafenlotse`."""

import click

from hafenlotse.dead_letters import dead_letters
from hafenlotse.key import key
from hafenlotse.recipients import recipients
from hafenlotse.reconcile import reconcile
from hafenlotse.relay import rebuild_topic, relay
from hafenlotse.repairs import repairs
from hafenlotse.status import status
from hafenlotse.verify import verify
from shared.logs import start_logging


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def cli() -> None:
    """Look after an installation of Hafenlotse on this machine.

    Exit codes: 0 fine, 1 something was found, 2 wrong use, 3 something can't be reached.
    """


for command in (
    status,
    dead_letters,
    relay,
    rebuild_topic,
    reconcile,
    repairs,
    verify,
    key,
    recipients,
):
    cli.add_command(command)

if __name__ == "__main__":
    start_logging("cli", "WARNING")
    cli(prog_name="python -m hafenlotse")
