"""From a city's placement to the alert in the coordination's list, under an open-loop load."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.figures import Figures, medians, table
from benchmarks.loading import Bench
from benchmarks.machine import describe_machine
from benchmarks.system import system_under_load

RESULT = Path(__file__).parent / "results" / "latest.json"


def main() -> None:
    """Put on every load several times; print and keep the medians, fail if anything is wrong."""
    wanted = _arguments()
    with system_under_load() as system:
        bench = Bench(system, wanted.seed)
        runs = {
            load: [bench.run(load, wanted.seconds, wanted.batch) for _ in range(wanted.runs)]
            for load in wanted.per_second
        }
    keep(runs)
    print(table({load: medians(each) for load, each in runs.items()}))
    if any(figures["wrong"] for each in runs.values() for figures in each):
        sys.exit("Ledger, crossings and alerts do not agree: see 'wrong' in the runs.")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.alerts", description=__doc__)
    parser.add_argument("--per-second", type=int, nargs="+", default=[20, 200])
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--batch", type=int, default=1, help="placements in one request")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def keep(runs: Mapping[int, Sequence[Figures]]) -> None:
    """Write all runs and their medians; `figures` is flat, as `alert_p99_seconds_200`."""
    figures = {
        f"{name}_{load}": value
        for load, each in runs.items()
        for name, value in medians(each).items()
    }
    result = {
        "figures": figures,
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": " ".join(["python -m benchmarks.alerts", *sys.argv[1:]]),
        "machine": describe_machine(),
        "runs": runs,
    }
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
