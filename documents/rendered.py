"""Fills the templates of pages; what is not marked as safe is escaped."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

CODE = re.compile("`([^`]*)`")
MOST_LETTERS = 44
PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def form(schema: Mapping[str, Any]) -> str:
    """A schema in one short line."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(map(form, schema["anyOf"]))
    if "enum" in schema or "const" in schema:
        return " | ".join(map(json.dumps, schema.get("enum") or [schema["const"]]))
    if schema["type"] == "array":
        return f"list of {form(schema['items'])}"
    return str(schema.get("format") or schema["type"])


def marked(text: str) -> Markup:
    """A text with its `code` as code."""
    return Markup(CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704  # it is escaped


def short(value: Any) -> str:
    """A value as JSON in one line that stays short."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= MOST_LETTERS else f"{text[:MOST_LETTERS]}…"


PAGES.filters |= {"form": form, "marked": marked, "short": short}
PAGES.filters["pretty"] = lambda value: json.dumps(value, ensure_ascii=False, indent=2)


def rendered(template: str, **facts: Any) -> str:
    """The page."""
    return PAGES.get_template(template).render(facts)
