"""What the state folder keeps: ports, secrets, reports."""

import os
import stat
from pathlib import Path

import pytest

from embedded.credentials import Client, clients, read_clients, secret, units_of_land, write_clients
from embedded.faults import Fault
from embedded.home import open_home, write_whole
from embedded.ports import is_free, pick_port, remembered, remembered_ports
from embedded.report import Reporter, read_report


def test_ports_are_picked_once_and_stay_the_same(tmp_path: Path) -> None:
    path = tmp_path / "ports.json"
    first = remembered_ports(path, ["kafka", "quota"], {})
    assert remembered_ports(path, ["kafka", "quota"], {}) == first == remembered(path)
    assert len(set(first.values())) == 2


def test_a_port_that_was_set_wins_over_the_remembered_one(tmp_path: Path) -> None:
    path, wanted = tmp_path / "ports.json", pick_port()
    remembered_ports(path, ["kafka"], {})
    assert remembered_ports(path, ["kafka"], {"kafka": wanted}) == {"kafka": wanted}


def test_a_broken_list_of_ports_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "ports.json"
    path.write_text('{"kafka": 2')
    assert is_free(remembered_ports(path, ["kafka"], {})["kafka"])


def test_a_secret_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    made = secret(folder, "database_password")
    assert secret(folder, "database_password") == made
    assert len(made) >= 32
    assert stat.S_IMODE((folder / "database_password").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_there_is_a_city_client_for_each_unit_of_the_land(tmp_path: Path) -> None:
    made = {client.client_id: client for client in clients(tmp_path)}
    units = units_of_land("01")
    assert len(units) == 15
    assert {f"city-{ags}" for ags in units} <= set(made)
    assert made["city-01001"].units == ("01001",)
    assert made["coordination"].roles == ("coordination",)
    assert made["coordination"].lands == ("01",)
    assert made["service"].roles == ("service",)


def test_the_issuer_reads_the_clients_that_were_handed_over(tmp_path: Path) -> None:
    client = Client("city-01001", "s", ("city",), ("01",), ("01001",))
    write_clients(tmp_path / "clients.json", [client])
    assert read_clients(tmp_path / "clients.json") == {"city-01001": client}


def test_a_report_can_be_read_while_it_is_written(tmp_path: Path) -> None:
    reporter = Reporter(tmp_path / "supervisor.json", 8400)
    reporter.step("PostgreSQL is ready")
    reporter.turn("failed", "The disk is full.")
    report = read_report(tmp_path / "supervisor.json")
    assert report is not None
    assert (report.state, report.fault) == ("failed", "The disk is full.")
    assert [text for _, text in report.steps] == ["PostgreSQL is ready"]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"other": 1}'])
def test_a_report_that_is_none_counts_as_missing(tmp_path: Path, content: str) -> None:
    (tmp_path / "supervisor.json").write_text(content)
    assert read_report(tmp_path / "supervisor.json") is None


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a"
    write_whole(path, "old")
    with pytest.raises(UnicodeEncodeError):
        write_whole(path, "\ud800")
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("a", "old")]


def test_a_state_folder_that_can_not_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Fault, match=r"file.* can't be used"):
        open_home(tmp_path / "file" / "state")


def test_the_secrets_of_a_new_state_folder_are_closed_to_others(tmp_path: Path) -> None:
    home = open_home(tmp_path / "state")
    modes = [stat.S_IMODE(folder.stat().st_mode) for folder in (home.secrets, home.mails)]
    assert modes == [0o700, 0o700]


def test_as_root_a_new_state_folder_lets_postgresqls_user_pass(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir(mode=0o700)
    home = open_home(tmp_path / "state")
    mode = stat.S_IMODE(home.root.stat().st_mode)
    assert mode == (0o711 if os.geteuid() == 0 else 0o700)


def test_a_folder_that_holds_something_stays_as_closed_as_it_is(tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    (state / "notes").touch()
    assert stat.S_IMODE(open_home(state).root.stat().st_mode) == 0o700
