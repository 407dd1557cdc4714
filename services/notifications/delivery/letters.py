"""What an alert says to people, in German or English."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.notifications.delivery.channel import Notice
from services.notifications.delivery.names import Names
from services.notifications.domain.alert import Alert, Crossing
from services.notifications.domain.recipient import Language, Wish
from services.notifications.domain.wording import deviation
from shared.clock import BERLIN

TEXTS = Path(__file__).parent / "texts"
WORDS: Mapping[str, Any] = tomllib.loads((TEXTS / "words.toml").read_text(encoding="utf-8"))
INSTANTS = {Language.GERMAN: "%d.%m.%Y, %H:%M", Language.ENGLISH: "%Y-%m-%d %H:%M %Z"}
ALERTS = "/notifications/v1/alerts"
BETWEEN_ALERTS = "\n" + "-" * 60 + "\n\n"


@dataclass(frozen=True, slots=True)
class Letter:
    """A subject of one line and a text."""

    subject: str
    text: str


class Letters:
    """Writes letters with the names of units and quotas, and links below the public address."""

    def __init__(self, names: Names, public_address: str) -> None:
        self._names, self._address = names, public_address.rstrip("/")
        self._templates = Environment(
            loader=FileSystemLoader(TEXTS, encoding="utf-8"),
            undefined=StrictUndefined,
            autoescape=False,  # noqa: S701  # plain text, there is no markup to escape
            trim_blocks=True,
            lstrip_blocks=False,
            keep_trailing_newline=True,
            auto_reload=False,
        )

    def letter(self, notice: Notice) -> Letter:
        """The whole letter of a notice, in its recipient's language."""
        language = notice.recipient.wish.language
        if not notice.alerts:
            return self._test(notice.recipient.wish)
        every = [self._facts(alert, notice, language) for alert in notice.alerts]
        last = list({(one["unit"], one["quota"]): one for one in every}.values())
        about = {"every": every, "last": last, "reminder": notice.delivery.reminder}
        opening = self._render(f"opening.{language}.txt", about)
        texts = [self._render(f"alert.{language}.txt", one) for one in last]
        subject = self._render(f"subject.{language}.txt", about)
        return Letter(" ".join(subject.split()), opening + BETWEEN_ALERTS.join(texts))

    def line(self, notice: Notice) -> str:
        """All of it in one line per alert, for a log."""
        if not notice.alerts:
            return f"test to {notice.recipient.wish.name}"
        facts = [self._facts(alert, notice, Language.ENGLISH) for alert in notice.alerts]
        number = {"reminder": notice.delivery.reminder}
        return "\n".join(self._render("log.txt", one | number).strip() for one in facts)

    def _test(self, wish: Wish) -> Letter:
        facts = {"name": wish.name, "alerts_address": f"{self._address}{ALERTS}"}
        return Letter(
            WORDS[wish.language]["test"], self._render(f"test.{wish.language}.txt", facts)
        )

    def _render(self, file: str, facts: Mapping[str, object]) -> str:
        return self._templates.get_template(file).render(facts)

    def _facts(self, alert: Alert, notice: Notice, language: Language) -> dict[str, object]:
        return {
            **self._crossing(alert.crossing, language),
            **_resolved(notice.resolved.get(alert.id), language),
            "raised_at": _instant(alert.raised_at, language),
            "alert_address": f"{self._address}{ALERTS}/{alert.id}",
        }

    def _crossing(self, crossing: Crossing, language: Language) -> dict[str, object]:
        words, off = WORDS[language], deviation(crossing.balance)
        return {
            "crossing": f"{crossing.land}:{crossing.sequence}",
            "unit": self._names.unit(crossing.unit),
            "unit_name": self._names.short_unit(crossing.unit),
            "quota": self._names.quota(crossing.quota, language),
            "quota_code": crossing.quota,
            "before": words["standings"][crossing.before],
            "after": words["standings"][crossing.after],
            "cause": words["causes"][crossing.cause],
            "cause_code": crossing.cause.value,
            "ledger_sequence": crossing.ledger_sequence,
            "definition": crossing.definition,
            "balance": _decimal(off.signed, language),
            "credited": _decimal(crossing.credited.decimal, language),
            "target": _decimal(crossing.target.decimal, language),
            "persons": off.persons,
            "is_over": off.is_over,
            "is_exact": off.is_exact,
            "balances_address": f"{self._address}/quota/v1/quotas/{crossing.quota}/balances",
        }


def _resolved(earlier: Alert | None, language: Language) -> dict[str, object]:
    return {
        "resolved_at": _instant(earlier.raised_at, language) if earlier else None,
        "resolved_after": earlier and WORDS[language]["standings"][earlier.crossing.after],
        "undone": earlier is not None and earlier.undone_by_correction,
    }


def _instant(instant: datetime, language: Language) -> str:
    return instant.astimezone(BERLIN).strftime(INSTANTS[language])


def _decimal(text: str, language: Language) -> str:
    return text.replace(".", ",") if language is Language.GERMAN else text
