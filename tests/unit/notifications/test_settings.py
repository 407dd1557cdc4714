"""What an operator may set about when people are told, and what is refused."""

from datetime import time, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import PostgresDsn, ValidationError

from services.notifications.delivery.email import MailServer
from services.notifications.domain.schedule import QuietHours, Schedule
from services.notifications.settings import NotificationsSettings
from shared.clock import BERLIN


def settings(**changes: Any) -> NotificationsSettings:
    needed: dict[str, Any] = {
        "port": 1,
        "database_url": PostgresDsn("postgresql://notifications@127.0.0.1:9/none"),
        "kafka_bootstrap": "127.0.0.1:9",
        "issuer": "http://127.0.0.1:9",
        "webhook_key": "a" * 32,
    }
    return NotificationsSettings(**needed | changes)


def test_by_default_nothing_waits_and_one_is_reminded_three_times() -> None:
    hour = timedelta(hours=1)
    assert settings().schedule == Schedule(reminders=(hour / 4, hour / 2, hour))


def test_all_of_it_can_be_set() -> None:
    chosen = settings(group_seconds=90, quiet_hours="22:00-06:30", reminder_minutes="0.5,10")
    assert chosen.schedule == Schedule(
        gather=timedelta(seconds=90),
        quiet=QuietHours(time(22), time(6, 30), BERLIN),
        reminders=(timedelta(seconds=30), timedelta(minutes=10)),
    )


def test_what_is_left_empty_is_switched_off() -> None:
    assert settings(quiet_hours="", reminder_minutes="").schedule == Schedule()


@pytest.mark.parametrize(
    ("name", "written"),
    [
        *(("quiet_hours", text) for text in ("22-6", "22:00", "22:00-24:00", "9:00-10:00")),
        *(("quiet_hours", text) for text in ("06:00-06:00", "22:00–06:00", "22:00-06:00 UTC")),
        *(("reminder_minutes", text) for text in ("x", "15,", "30,15", "15,15", "0", "-1", "nan")),
        *(("reminder_minutes", text) for text in ("inf", "50000")),
        *(("group_seconds", value) for value in (-1, 3601)),
    ],
)
def test_what_makes_no_sense_is_refused(name: str, written: object) -> None:
    with pytest.raises(ValidationError):
        settings(**{name: written})


def test_the_mail_servers_password_is_read_again_for_each_connection(tmp_path: Path) -> None:
    (tmp_path / "smtp_password").write_text("newer\n", encoding="utf-8")
    name, password, _ = settings(
        smtp_username="hafenlotse", smtp_password="older", secrets_dir=tmp_path
    ).mail_access
    server = MailServer("127.0.0.1", 25, "a@b.example", username=name, password=password)
    assert password
    assert server.client()._login_password == "newer"
    (tmp_path / "smtp_password").write_text("newest", encoding="utf-8")
    assert server.client()._login_password == "newest"
