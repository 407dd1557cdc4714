"""The published schemas of events; run as a program it publishes what has grown."""

import json
import sys
from pathlib import Path
from typing import Any, Literal

import jsoncompat

from documents.events import EVENTS, Event, published

FOLDER = Path(__file__).parents[2] / "docs" / "schemas"
Json = dict[str, Any]
Role = Literal["serializer", "deserializer"]


def path_of(event: Event) -> Path:
    """The file of an event's schema."""
    return FOLDER / f"{event.name}.json"


def text_of(event: Event) -> str:
    """The schema as the code has it now, as its file is written."""
    return json.dumps(published(event), indent=2, ensure_ascii=False) + "\n"


def what_breaks(old: Json, new: Json) -> list[str]:
    """Whom a change of a schema breaks; nobody is an empty list.

    Whoever reads by the old schema must understand what is written by the new one, and whoever
    reads by the new one what was written before: nothing on a topic is ever deleted. A field that
    is new was in no event before, whatever the old schema let pass under its name.
    """
    checks: dict[str, tuple[Json, Json, Role]] = {
        "readers of the old schema": (old, new, "serializer"),
        "readers of old events": (old, without_new_fields(old, new), "deserializer"),
    }
    return [
        broken
        for broken, (before, after, role) in checks.items()
        if not jsoncompat.check_compat(json.dumps(before), json.dumps(after), role=role)
    ]


def without_new_fields(old: Any, new: Any) -> Any:
    """The new schema, less the fields of objects that the old one does not name."""
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return new
    pruned = {name: without_new_fields(old.get(name), value) for name, value in new.items()}
    if isinstance(known := old.get("properties"), dict):
        kept = pruned["properties"].items()
        pruned["properties"] = {name: value for name, value in kept if name in known}
    return pruned


def main() -> int:
    """Write the schemas of today, or say which of them would break a reader."""
    broken = 0
    for event in EVENTS:
        path = path_of(event)
        old = json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
        if old and (broken_by := what_breaks(old, published(event))):
            sys.stderr.write(f"{event.name}: this would break {', '.join(broken_by)}\n")
            broken += 1
        else:
            path.write_text(text_of(event), encoding="utf-8")
    return broken


if __name__ == "__main__":
    sys.exit(main())
