"""JSON Schemas of the shapes that are shown: one name each, with nothing said twice."""

import inspect
from collections.abc import Iterable
from typing import Any

import msgspec

Json = dict[str, Any]


def components_of(shapes: Iterable[type], ref: str) -> Json:
    """The schemas of shapes and of all that they are made of, by name."""
    _, components = msgspec.json.schema_components(list(shapes), ref_template=ref + "{name}")
    return {name: _plain(schema) for name, schema in sorted(components.items())}


def schema_of(shape: type, ref: str) -> Json:
    """The schema of one shape, which refers to the components."""
    [schema], _ = msgspec.json.schema_components([shape], ref_template=ref + "{name}")
    return schema


def _plain(schema: Json) -> Json:
    """The name stands beside it, and a description is one paragraph as it was written."""
    kept = {name: value for name, value in schema.items() if name != "title"}
    if "description" in kept:
        kept["description"] = inspect.cleandoc(kept["description"])
    return kept
