"""What a part measured joins the others' figures; a new run begins without the old ones."""

import json
from pathlib import Path

from benchmarks.results import begin_anew, keep


def test_figures_of_all_parts_are_flat_and_details_stay_apart(tmp_path: Path) -> None:
    path = tmp_path / "latest.json"
    keep("alerts", {"alert_p99_seconds_20": 0.1}, {"runs": 3}, path=path)
    keep("side_by_side", {"quota_over_limit_15": 0.5}, [], path=path)
    result = json.loads(path.read_text())
    assert result["figures"] == {"alert_p99_seconds_20": 0.1, "quota_over_limit_15": 0.5}
    assert result["parts"]["alerts"]["measured"] == {"runs": 3}
    assert {"cpu", "cores", "python"} <= result["machine"].keys()


def test_no_figure_of_an_earlier_run_is_left(tmp_path: Path) -> None:
    path = tmp_path / "latest.json"
    keep("alerts", {"alert_p99_seconds_20": 0.1}, {}, path=path)
    begin_anew(path)
    keep("side_by_side", {"quota_over_limit_15": 0.5}, [], path=path)
    assert json.loads(path.read_text())["figures"] == {"quota_over_limit_15": 0.5}
