import pytest

from hafenlotse.key_file import KeyFile, RowFault, iso_day, read_key_file, thousands

GERMAN = (
    "\ufeff# Versuch\r\n\r\nArt;Prozent\r\nGültig ab;1.1.2024\r\nQuelle;Erlass; mit Strichpunkt\r\n"
)


def read(text: str) -> KeyFile:
    return read_key_file(text.encode())


def test_columns_are_found_in_any_order_and_by_german_words() -> None:
    assert read("weight,unit\n3.10,01001\n").weights == {"01001": "3.10"}
    assert read("AGS;Anteil\n01001;3,10\n").weights == {"01001": "3.10"}


def test_rows_above_the_columns_say_the_rest() -> None:
    found = read(GERMAN + "Kommune;Gewicht\r\n01001;3\r\n")
    assert found.head == {"kind": "percent", "valid_from": "2024-01-01", "source": "Erlass"}
    assert found.faults == []


def test_rows_are_counted_as_the_file_counts_them() -> None:
    found = read(GERMAN + "Kommune;Gewicht\r\n01001;3\r\n")
    assert found.rows == {"kind": 3, "valid_from": 4, "source": 5, "01001": 7}


def test_a_comma_between_values_is_no_decimal_one() -> None:
    assert read('unit,weight\n01001,"3,1"\n').weights == {"01001": "3,1"}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("unit;weight\n01001;1\n01001;2\n", (3, "duplicate-key")),
        ("unit;weight\n;1\n", (2, "missing")),
        ("unit;weight\n01001;1;2\n", (2, "malformed")),
        ("colour;red\nunit;weight\n", (1, "unknown-field")),
        ("kind;percent\nart;percent\nunit;weight\n", (2, "duplicate-key")),
        ("01001;1\n", (None, "missing")),
        ("", (None, "missing")),
    ],
)
def test_what_is_wrong_is_said_with_its_row(text: str, fault: tuple[int | None, str]) -> None:
    assert [(each.row, each.code) for each in read(text).faults] == [fault]


def test_a_file_in_another_encoding_is_refused() -> None:
    [fault] = read_key_file("Kommune;Gewicht\nLübeck;1".encode("latin-1")).faults
    assert fault.code == "not-utf8"


def test_points_between_thousands_are_not_guessed() -> None:
    found = read("unit;weight\n01001;90.164\n01002;1.246.794\n01003;216530\n01004;79.50\n")
    assert thousands(found) == [
        RowFault(2, "malformed", "90.164: write thousands without points."),
        RowFault(3, "malformed", "1.246.794: write thousands without points."),
    ]


@pytest.mark.parametrize(
    ("written", "read_as"),
    [("1.2.2024", "2024-02-01"), ("2024-02-01", "2024-02-01"), ("soon", "soon")],
)
def test_german_days_are_read(written: str, read_as: str) -> None:
    assert iso_day(written) == read_as
