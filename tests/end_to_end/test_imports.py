"""Clerks' files: every kind, every fault at its place, all rows or none, the same file once."""

import uuid
from collections.abc import Callable

import httpx
import pytest

from tests.end_to_end.placements import FLENSBURG, KIEL
from tests.end_to_end.problems import faults, problem
from tests.end_to_end.sheets import ODS_TYPE, Cells, csv_file, ods_file, xlsx_file
from tests.end_to_end.system import Caller, System

pytestmark = pytest.mark.asyncio(loop_scope="session")
IMPORTS = "/admissions/v1/imports"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
GERMAN = ["Kommune", "Aufnahmeprogramm", "Personen", "Datum", "Aktenzeichen"]
ENGLISH = ["unit", "programme", "persons", "effective_on", "reference"]


def a_file(head: list[str], day: str = "03.04.2023", **cells: str | int) -> Cells:
    """Two rows; the reference makes every file another one."""
    row: dict[str, str | int] = {"unit": FLENSBURG, "programme": "asylum", "persons": 2, **cells}
    own = uuid.uuid4().int % 10**9
    return [
        list(head),
        [row["unit"], row["programme"], row["persons"], day, f"AZ-{own}"],
        [row["unit"], "ukraine", 1, "2023-05-06", f"AZ-{own}-2"],
    ]


async def send(
    caller: Caller, body: bytes, media: str = "text/csv", query: str = ""
) -> httpx.Response:
    return await caller.post_bytes(IMPORTS + query, body, Content_Type=media)


@pytest.mark.parametrize(
    ("make", "media"),
    [
        (csv_file, "text/csv; charset=utf-8"),
        (lambda cells: csv_file(cells, ",", bom=True), "text/csv"),
        (xlsx_file, XLSX_TYPE),
        (ods_file, ODS_TYPE),
    ],
    ids=["csv", "csv with BOM", "xlsx", "ods"],
)
@pytest.mark.parametrize("head", [GERMAN, ENGLISH], ids=["German", "English"])
async def test_every_kind_of_file_is_recorded(
    system: System, make: Callable[[Cells], bytes], media: str, head: list[str]
) -> None:
    answer = await send(system.city(FLENSBURG), make(a_file(head)), media)
    assert answer.status_code == 201, answer.text
    first, second = answer.json()["items"]
    assert (first["unit"], first["persons"], first["effective_on"]) == ("01001", 2, "2023-04-03")
    assert (second["programme"], second["effective_on"]) == ("ukraine", "2023-05-06")


async def test_every_fault_is_told_by_row_and_field(system: System) -> None:
    cells = a_file(GERMAN, day="31.02.2023", persons=0)
    cells.append([KIEL, "nonsense", "many", "2023-01-01", "Mueller"])
    assert faults(await send(system.coordination, csv_file(cells))) == {
        ("/rows/2/persons", "persons-out-of-range"),
        ("/rows/2/effective_on", "malformed"),
        ("/rows/4/programme", "programme-unknown"),
        ("/rows/4/persons", "wrong-type"),
        ("/rows/4/reference", "reference-malformed"),
    }


@pytest.mark.parametrize(("make", "media"), [(csv_file, "text/csv"), (xlsx_file, XLSX_TYPE)])
async def test_a_lost_leading_zero_is_said_and_not_guessed(
    system: System, make: Callable[[Cells], bytes], media: str
) -> None:
    answer = await send(system.coordination, make(a_file(GERMAN, unit=1001)), media)
    assert ("/rows/2/unit", "leading-zero-lost") in faults(answer)


async def test_the_same_file_counts_once(system: System) -> None:
    body = csv_file(a_file(GERMAN))
    assert (await send(system.city(FLENSBURG), body)).status_code == 201
    again = await send(system.coordination, body)
    assert {code for _, code in faults(again)} == {"already-imported"}


async def test_a_preview_records_nothing(system: System) -> None:
    body = csv_file(a_file(GERMAN))
    seen = await send(system.city(FLENSBURG), body, query="?preview=true")
    assert seen.status_code == 200
    assert [one["row"] for one in seen.json()["items"]] == [2, 3]
    assert (await send(system.city(FLENSBURG), body)).status_code == 201


async def test_a_foreign_unit_imports_nothing(system: System) -> None:
    problem(await send(system.city(KIEL), csv_file(a_file(GERMAN))), 403, "not-your-unit")


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (b"Kommune;Personen\n", ("/rows/1/programme", "missing")),
        (csv_file([[*ENGLISH, "Name"], []]), ("/rows/1/Name", "unknown-field")),
        (csv_file([[*ENGLISH]]), ("/rows", "out-of-range")),
        (b"", ("/rows/1/unit", "missing")),
    ],
)
async def test_a_wrong_header_is_told(system: System, body: bytes, fault: tuple[str, str]) -> None:
    assert fault in faults(await send(system.coordination, body))


async def test_what_is_no_spreadsheet_is_refused(system: System) -> None:
    for media in (XLSX_TYPE, ODS_TYPE):
        answer = await send(system.coordination, b"PK\x03\x04nonsense", media)
        assert faults(answer) == {("/rows", "malformed")}
    problem(await send(system.coordination, b"\xff\xfe;"), 400, "not-utf8")
    problem(await send(system.coordination, b"{}", "application/json"), 415, "media-type")
