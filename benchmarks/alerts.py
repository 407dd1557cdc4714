"""From a city's placement to the alert in the coordination's list, under an open-loop load."""

import argparse
import sys
from collections.abc import Mapping, Sequence

from benchmarks.figures import Figures, medians, table
from benchmarks.loading import Bench
from benchmarks.results import keep, spans
from benchmarks.system import system_under_load

LARGE_LOAD, LARGE_BATCH = 1000, 10
"""From this load on placements come in batches, as single requests would only queue."""


def main() -> None:
    """Put on every load several times; print and keep the medians, fail if anything is wrong."""
    wanted = _arguments()
    with system_under_load() as system:
        bench = Bench(system, wanted.seed)
        runs = {
            load: [
                bench.run(load, wanted.seconds, _batch(load, wanted.batch))
                for _ in range(wanted.runs)
            ]
            for load in wanted.per_second
        }
    keep("alerts", _flat(runs), runs, spans(runs))
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


def _batch(per_second: int, wanted: int) -> int:
    return wanted if wanted > 1 or per_second < LARGE_LOAD else LARGE_BATCH


def _flat(runs: Mapping[int, Sequence[Figures]]) -> Figures:
    """The medians of all loads, as `alert_p99_seconds_200`."""
    return {
        f"{name}_{load}": value
        for load, each in runs.items()
        for name, value in medians(each).items()
    }


if __name__ == "__main__":
    main()
