from hafenlotse.output import FINDING, FINE, NOT_REACHED, Table, code


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    table = Table(("land", "n"), [("01", 1), ("a long one", 20)])
    assert str(table).splitlines() == ["land        n", "01          1", "a long one  20"]


def test_what_is_not_there_is_a_dash() -> None:
    assert str(Table(("a", "b"), [(None, "")])).splitlines()[1] == "-  -"


def test_a_table_without_rows_has_its_head() -> None:
    assert str(Table(("a", "b"), [])) == "a  b"


def test_what_is_out_of_reach_outweighs_a_finding() -> None:
    assert code(is_finding=False) == FINE
    assert code(is_finding=True) == FINDING
    assert code(is_finding=True, is_unreached=True) == NOT_REACHED
