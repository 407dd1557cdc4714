"""All that is measured, one part after the other; `full` takes its time."""

import subprocess
import sys
import time

from benchmarks.results import begin_anew
from benchmarks.targets import summary

QUICK = (
    ("benchmarks.side_by_side",),
    ("benchmarks.crossing_latency", "--seconds", "10", "--runs", "2"),
    ("benchmarks.recording", "--runs", "2"),
    ("benchmarks.alerts", "--per-second", "20", "200", "1000", "--seconds", "10", "--runs", "2"),
    ("benchmarks.past", "--runs", "1"),
)
LONG = (
    ("benchmarks.side_by_side", "--rounds", "5", "--all-peers"),
    ("benchmarks.crossing_latency", "--seconds", "60"),
    ("benchmarks.recording", "--runs", "5"),
    ("benchmarks.alerts", "--per-second", "20", "200", "1000", "--seconds", "60"),
    ("benchmarks.past", "--runs", "5"),
    ("benchmarks.owners",),
    ("benchmarks.growth",),
)
"""What `make bench-full` takes hours for."""


def main() -> None:
    """Run every part, even after one that failed; fail if any did."""
    begun_at = time.monotonic()
    begin_anew()
    parts = LONG if sys.argv[1:] == ["full"] else QUICK
    failed = [part[0] for part in parts if _run(*part)]
    print(f"\n{summary()}\n\nMeasured in {(time.monotonic() - begun_at) / 60:.0f} minutes.")
    if failed:
        sys.exit(f"Not as it should be: {', '.join(failed)}.")


def _run(*part: str) -> int:
    print(f"\n{' '.join(part)}\n", flush=True)
    return subprocess.run([sys.executable, "-m", *part], check=False).returncode


if __name__ == "__main__":
    main()
