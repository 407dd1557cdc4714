"""The command line of embedded mode: up, down, status, logs."""

import argparse
import asyncio
import logging
import sys

from embedded.faults import Fault, fault_of
from embedded.home import Home, open_home
from embedded.settings import Settings, read_settings


def main() -> None:
    """Run one command; a fault is one sentence and exit code 1."""
    try:
        settings = read_settings()
        sys.exit(_run(_arguments(), settings))
    except Fault as fault:
        sys.exit(str(fault))
    except BrokenPipeError:
        sys.exit(0)
    except OSError as error:
        sys.exit(str(fault_of(error, settings.home)))
    except KeyboardInterrupt:
        sys.exit("Not waited for any longer; what runs goes on: 'make down' stops it.")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m embedded", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("up", help="start everything and wait until it is ready")
    commands.add_parser("down", help="stop everything; the data is kept")
    commands.add_parser("status", help="show the processes and what they wait for")
    logs = commands.add_parser("logs", help="show the end of every log")
    logs.add_argument("--follow", action="store_true", help="go on with what comes")
    commands.add_parser("supervise", help="what 'up' runs in the background")
    return parser.parse_args()


# The parts are imported when asked for: `logs` must not wait for what `up` needs.
def _run(arguments: argparse.Namespace, settings: Settings) -> int:
    match arguments.command:
        case "up":
            from embedded.starting import start  # noqa: PLC0415 - see above

            start(settings)
        case "down":
            from embedded.stopping import stop  # noqa: PLC0415 - see above

            stop(Home(settings.home.resolve()))
        case "status":
            from embedded.showing import show_status  # noqa: PLC0415 - see above

            return 0 if show_status(Home(settings.home.resolve()), settings) else 1
        case "logs":
            from embedded.showing import show_logs  # noqa: PLC0415 - see above

            follow = arguments.follow or sys.stdout.isatty()
            show_logs(Home(settings.home.resolve()), follow=follow)
        case "supervise":
            _supervise(open_home(settings.home), settings)
    return 0


def _supervise(home: Home, settings: Settings) -> None:
    from embedded.lock import Held, lock_held  # noqa: PLC0415 - see above
    from embedded.supervisor import supervise  # noqa: PLC0415 - see above

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    for chatty in ("aiokafka", "asyncio", "httpx"):
        logging.getLogger(chatty).setLevel(logging.ERROR)
    try:
        with lock_held(home.lock):
            asyncio.run(supervise(home, settings))
    except Held:
        sys.exit(f"Another supervisor runs on {home.root}.")


if __name__ == "__main__":
    main()
