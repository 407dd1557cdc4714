"""Composes an example of a whole from the examples of its parts."""

from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]
REF = "#/components/schemas/"


class WithoutExample(LookupError):
    """A part of a shape has no example; the message is its place."""


def example_of(schema: Schema, components: Mapping[str, Schema], place: str = "") -> Any:
    """An example that the schema admits; WithoutExample names the part that needs one."""
    for name in ("example", "const"):
        if name in schema:
            return schema[name]
    for name in ("examples", "enum", "anyOf", "allOf"):
        if name in schema:
            first = schema[name][0]
            return first if name in {"examples", "enum"} else example_of(first, components, place)
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(REF)
        return example_of(components[name], components, name)
    return _of_kind(schema, components, place)


def _of_kind(schema: Schema, components: Mapping[str, Schema], place: str) -> Any:
    match schema.get("type"):
        case "object" if "properties" in schema:
            parts = schema["properties"].items()
            return {name: example_of(each, components, f"{place}.{name}") for name, each in parts}
        case "array":
            return [example_of(schema["items"], components, f"{place}[]")]
        case "boolean":
            return schema.get("default", False)
        case "integer" if "default" in schema:
            return schema["default"]
    raise WithoutExample(place)
