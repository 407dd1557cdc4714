"""An exception has a reason and an end, and only then it holds."""

from datetime import date
from pathlib import Path

import pytest

from supply.exceptions import REVIEWED, ExceptionsFault, read_exceptions

TODAY = date(2026, 11, 25)
HEAD = "advisory,package,reviewed_on,until,reason\n"
GOOD = "GHSA-a,httpx,2026-11-01,2026-11-25,we never follow redirects\n"


def written(folder: Path, *lines: str) -> Path:
    file = folder / "exceptions.csv"
    file.write_text(HEAD + "".join(lines), encoding="utf-8")
    return file


def test_ours_are_sound() -> None:
    assert all(one.until >= TODAY for one in read_exceptions(TODAY, REVIEWED))


def test_an_exception_holds_on_its_last_day_and_no_longer(tmp_path: Path) -> None:
    file = written(tmp_path, GOOD)
    assert [one.advisory for one in read_exceptions(TODAY, file)] == ["GHSA-a"]
    assert read_exceptions(date(2026, 11, 26), file) == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("GHSA-a,httpx,2026-11-01,2026-11-25,\n", "the reason too"),
        ("GHSA-a,httpx,2026-11-01,2026-11-25\n", "every column"),
        ("GHSA-a,httpx,2026-11-01,2026-11-25,why, more\n", "every column"),
        ("GHSA-a,httpx,soon,2026-11-25,why\n", "isoformat"),
        ("GHSA-a,httpx,2026-11-01,2027-11-01,why\n", "0 to 180 are allowed"),
        ("GHSA-a,httpx,2026-11-01,2026-10-01,why\n", "0 to 180 are allowed"),
    ],
)
def test_what_is_no_exception_is_named_by_its_line(tmp_path: Path, line: str, said: str) -> None:
    with pytest.raises(ExceptionsFault, match="line 3: ") as fault:
        read_exceptions(TODAY, written(tmp_path, GOOD, line))
    assert said in str(fault.value)
