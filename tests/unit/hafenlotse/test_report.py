from hafenlotse.report import KEPT, Check, Report
from shared.codes import Land


def test_what_is_equal_is_only_counted() -> None:
    check = Check()
    check.compare("a day", 3, 3)
    assert (check.compared, check.different, check.differences) == (1, 0, [])


def test_every_difference_counts_and_the_first_are_kept() -> None:
    check = Check()
    for number in range(KEPT + 5):
        check.compare(f"day {number}", number, -1)
    assert (check.compared, check.different, len(check.differences)) == (KEPT + 5, KEPT + 5, KEPT)
    assert (check.differences[0].expected, check.differences[0].found) == ("0", "-1")


def test_a_land_differs_where_any_check_does() -> None:
    report = Report(Land("01"))
    report["days"].differ("a day", 1, 2)
    report["alerts"].differ("crossing 3", "alert", None)
    assert report.different == 2
    assert report.document()["checks"]["days"]["different"] == 1
