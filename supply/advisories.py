"""Asks for known weaknesses of every package that is pinned, and never calls silence good news."""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from supply.exceptions import ExceptionsFault, Exempted, read_exceptions

ROOT = Path(__file__).parents[1]
PINNED = sorted((ROOT / "requirements").glob("*.txt"))
MIRROR = "HAFENLOTSE_ADVISORIES_URL"
"""An organisation's own server of OSV's interface, e.g. `https://osv.example/v1/query`."""
PIN = re.compile(r"^[\w.-]+==[^\s;\\]+", re.MULTILINE)
SECONDS = 600


@dataclass(frozen=True)
class Outcome:
    """What came out: `findings` are sentences; `unanswered` says why nothing can be said."""

    findings: tuple[str, ...] = ()
    unanswered: str = ""
    packages: int = 0


def audit(pinned: Sequence[Path], exempted: Sequence[Exempted], mirror: str = "") -> Outcome:
    """Every pin of the files against the advisories; strict: one without an answer is no success.

    pip-audit gives up at the first package that it gets no answer for.
    """
    ignored = [word for one in exempted for word in ("--ignore-vuln", one.advisory)]
    files = [word for file in pinned for word in ("-r", str(file))]
    told = _pip_audit(["--require-hashes", *ignored, *files], mirror)
    try:
        return _outcome(json.loads(told.stdout))
    except json.JSONDecodeError:
        return Outcome(unanswered=_last_line(told.stderr))


def answers_for_any(pinned: Sequence[Path], mirror: str = "") -> bool:
    """Whether the service knows at least one package of the first file: the last pin is asked for.

    If so, an audit without an answer is no outage, but a package that the service doesn't know.
    """
    with tempfile.TemporaryDirectory() as folder:
        probe = Path(folder, "probe.txt")
        probe.write_text(PIN.findall(pinned[0].read_text(encoding="utf-8"))[-1], encoding="utf-8")
        told = _pip_audit(["--no-deps", "-r", str(probe)], mirror)
    return told.stdout.startswith("{")


def _pip_audit(arguments: list[str], mirror: str) -> "subprocess.CompletedProcess[str]":
    service = ["-s", "osv", "--osv-url", mirror] if mirror else []
    strictly = ["--strict", "--disable-pip", "--progress-spinner", "off", "--format", "json"]
    return subprocess.run(
        [sys.executable, "-m", "pip_audit", *strictly, *service, *arguments],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def _outcome(report: dict[str, Any]) -> Outcome:
    """Of pip-audit's report; one that speaks of no package at all is no answer."""
    packages = report["dependencies"]
    if not packages:
        return Outcome(unanswered="the report names no package at all")
    return Outcome(tuple(sorted(_sentences(packages))), packages=len(packages))


def _sentences(packages: list[dict[str, Any]]) -> set[str]:
    return {
        f"{package['name']} {package['version']}: {known['id']}, mended in "
        f"{', '.join(known['fix_versions']) or 'no version yet'}"
        for package in packages
        for known in package["vulns"]
    }


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:300] if lines else "pip-audit said nothing"


def _say_unanswered(why: str, *, is_failure: bool) -> None:
    print(
        "NOT AUDITED: nobody answered whether our packages have known weaknesses.\n"
        f"  pip-audit: {why}\n"
        f"  The service of advisories can't be reached from here. Where it can, or where {MIRROR}\n"
        "  names a server of OSV's interface, run 'make audit'; it fails without an answer.",
        file=sys.stderr if is_failure else sys.stdout,
        flush=True,
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """0 nothing known, 1 weaknesses or a false file of exceptions, 2 no answer."""
    parser = argparse.ArgumentParser(prog="python -m supply.advisories", description=__doc__)
    parser.add_argument(
        "--unreachable",
        choices=["fails", "told"],
        default="fails",
        help="'told' succeeds loudly where the service of advisories can't be reached at all",
    )
    told = parser.parse_args(arguments).unreachable == "told"
    mirror = os.environ.get(MIRROR, "")
    try:
        exempted = read_exceptions(datetime.now(UTC).date())
    except ExceptionsFault as fault:
        print(f"supply/exceptions.csv: {fault}", file=sys.stderr)
        return 1
    outcome = audit(PINNED, exempted, mirror)
    if outcome.unanswered:
        passes = told and not answers_for_any(PINNED, mirror)
        _say_unanswered(outcome.unanswered, is_failure=not passes)
        return 0 if passes else 2
    for finding in outcome.findings:
        print(finding, file=sys.stderr)
    words = f"{outcome.packages} packages, {len(outcome.findings)} known weaknesses"
    print(f"{words}, {len(exempted)} exceptions")
    return 1 if outcome.findings else 0


if __name__ == "__main__":
    sys.exit(main())
