"""All that is measured, one part after the other, in the time that `make bench` may take."""

import subprocess
import sys

from benchmarks.results import begin_anew

PARTS = (
    ("benchmarks.side_by_side",),
    ("benchmarks.alerts", "--per-second", "20", "200", "1000", "--seconds", "15"),
)


def main() -> None:
    """Run every part, even after one that failed; fail if any did."""
    begin_anew()
    failed = [part[0] for part in PARTS if _run(*part)]
    if failed:
        sys.exit(f"Not as it should be: {', '.join(failed)}.")


def _run(*part: str) -> int:
    print(f"\n{' '.join(part)}\n", flush=True)
    return subprocess.run([sys.executable, "-m", *part], check=False).returncode


if __name__ == "__main__":
    main()
