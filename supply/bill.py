"""The bill of materials: CycloneDX 1.6 with the fields that BSI TR-03183-2 (2.0 and 2.1) asks for.

The properties `bsi:component:*` are those of the BSI's taxonomy for CycloneDX.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from supply.part import Creator, Part, PartFault

Document = dict[str, Any]
DISTRIBUTION = "concluded"
"""CycloneDX's word for the licences under which we got a part: the distribution licences."""


def bill(product: Part, parts: Sequence[Part], now: datetime) -> Document:
    """The whole document; `now` has a time zone."""
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid4()}",
        "version": 1,
        "metadata": {
            "timestamp": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "lifecycles": [{"phase": "build"}],
            "manufacturer": _entity(product.creator),
            "component": component(product) | {"type": "application"},
        },
        "components": [component(part) for part in parts],
        "dependencies": [
            {"ref": part.ref, "dependsOn": sorted(part.needs)} for part in _all([product, *parts])
        ],
        "compositions": _compositions(product, parts),
    }


def component(part: Part) -> Document:
    """One part and the parts within it."""
    written: Document = {
        "type": "library" if part.is_archive else "application",
        "bom-ref": part.ref,
        "name": part.name,
        "version": part.version,
        "manufacturer": _entity(part.creator),
        "licenses": [_licence(part.licences)],
        "purl": part.ref,
        "hashes": [{"alg": "SHA-512", "content": part.sha512}],
        "externalReferences": [
            {
                "type": "distribution",
                "url": f"{part.ref}?file_name={part.filename}",
                "hashes": [{"alg": "SHA-512", "content": part.sha512}],
            }
        ],
        "properties": list(_properties(part)),
    }
    if part.group:
        written["group"] = part.group
    if part.within:
        written["components"] = [component(inner) for inner in part.within]
    return written


def faults(text: str) -> list[str]:
    """What CycloneDX's own schema of 1.6 says against a document."""
    found = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text, all_errors=True)
    return [str(fault) for fault in found or ()]


def _entity(creator: Creator) -> Document:
    if creator.is_mail:
        contact = {"name": creator.name, "email": creator.address}
        return {"name": creator.name, "contact": [contact]}
    return {"name": creator.name, "url": [creator.address]}


def _licence(expression: str) -> Document:
    """One licence by its id, several as an expression."""
    if " " in expression:
        return {"expression": expression, "acknowledgement": DISTRIBUTION}
    return {"license": {"id": expression, "acknowledgement": DISTRIBUTION}}


def _properties(part: Part) -> Iterator[dict[str, str]]:
    said = {
        "filename": part.filename,
        "executable": "executable",  # wheels, jars and programs all carry code that is run
        "archive": "archive" if part.is_archive else "no archive",
        "structured": "structured",
    }
    for name, value in said.items():
        yield {"name": f"bsi:component:{name}", "value": value}


def _all(parts: Iterable[Part]) -> Iterator[Part]:
    for part in parts:
        yield part
        yield from _all(part.within)


def _compositions(product: Part, parts: Sequence[Part]) -> list[Document]:
    """Of which parts all needs are named: of ours and of packages; of programs inside, none is."""
    inner = [part.ref for holder in parts for part in _all(holder.within)]
    outer = [product.ref, *(part.ref for part in parts)]
    return [
        {"aggregate": "complete", "dependencies": outer},
        {"aggregate": "unknown", "dependencies": inner},
    ]


def named_twice(parts: Iterable[Part]) -> None:
    """Raise a PartFault if two parts have one ref."""
    refs = [part.ref for part in _all(parts)]
    if twice := sorted({ref for ref in refs if refs.count(ref) > 1}):
        raise PartFault(f"named twice: {', '.join(twice)}")
