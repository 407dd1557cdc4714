"""Every target is shown with what was measured, or that nothing was."""

import json
from pathlib import Path

from benchmarks.targets import TARGETS, summary, target_table


def test_what_was_not_measured_is_no_success() -> None:
    table = target_table({})
    assert len(table.splitlines()) == 2 + len(TARGETS)
    assert " met " not in table
    assert " missed " not in table


def test_a_target_from_above_and_one_from_below() -> None:
    table = target_table({"batch_over_pgbench": 0.4, "replay_1e6_seconds": 12.0})
    assert "| `batch_over_pgbench` | 0.4 | – | – | >= 0.5 | missed |" in table
    assert "| `replay_1e6_seconds` | 12 | – | – | <= 20 | met |" in table


def test_the_summary_names_the_machine_and_the_spans(tmp_path: Path) -> None:
    path = tmp_path / "latest.json"
    spans = {"alert_p99_seconds_20": {"min": 0.11, "median": 0.12, "max": 0.2}}
    figures = {"alert_p99_seconds_20": 0.12}
    result = {"machine": {"cores": "2"}, "figures": figures, "spans": spans, "parts": {}}
    path.write_text(json.dumps(result))
    assert summary(path).startswith("cores 2\n")
    assert "| `alert_p99_seconds_20` | 0.12 | 0.11 | 0.2 | <= 0.15 | met |" in summary(path)
