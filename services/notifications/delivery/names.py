"""The names of units and quotas, where this service knows them; else their codes."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from services.notifications.domain.recipient import Language

DATA = Path(__file__).parent.parent / "data"


@dataclass(frozen=True, slots=True)
class Names:
    """Names by code; quotas have one per language."""

    units: Mapping[str, str]
    quotas: Mapping[str, Mapping[str, str]]

    def unit(self, ags: str) -> str:
        """A unit as people call it: "Flensburg (AGS 01001)"."""
        name = self.units.get(ags)
        return f"{name} (AGS {ags})" if name else f"AGS {ags}"

    def short_unit(self, ags: str) -> str:
        """A unit in a subject line: "Flensburg"."""
        return self.units.get(ags, ags)

    def quota(self, code: str, language: Language) -> str:
        """A quota as people call it, with its code."""
        names = self.quotas.get(code)
        return f"{names[language]} ({code})" if names else code


def load_names() -> Names:
    """The names in this service's data files."""
    return Names(
        units={row["ags"]: row["name"] for row in _rows("units.csv")},
        quotas={row["quota"]: row for row in _rows("quotas.csv")},
    )


def _rows(file: str) -> list[dict[str, str]]:
    with (DATA / file).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
