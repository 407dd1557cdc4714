"""Which Länder were rebuilt, by whom, and what was wrong with them."""

from dataclasses import asdict
from typing import Any

import click

from hafenlotse.installation import Installation
from hafenlotse.output import Answer, Table, answering
from hafenlotse.relay import one_land
from hafenlotse.report import in_numbers
from hafenlotse.store.repairs import Repair, list_repairs
from shared.codes import Land, instant_text


@click.command("repairs")
@one_land
@answering
async def repairs(installation: Installation, land: Land | None) -> Answer:
    """Every rebuild of a Land, oldest first; nothing of it can be changed."""
    async with installation.database("quota") as database, database.acquire() as tx:
        found = await list_repairs(tx, land)
    return Answer({"items": [_document(one) for one in found]}, [_table(found)])


def _document(repair: Repair) -> dict[str, Any]:
    return asdict(repair) | {"repaired_at": instant_text(repair.repaired_at)}


def _table(found: list[Repair]) -> Table:
    heads = (
        "land",
        "repaired at",
        "by",
        "up to entry",
        "repaired",
        "was held",
        "unfounded",
        "raised",
    )
    rows = [
        (
            one.land,
            instant_text(one.repaired_at),
            one.actor,
            one.sequence,
            in_numbers(one.repaired),
            one.released,
            one.crossing - one.founded,
            one.corrections,
        )
        for one in found
    ]
    return Table(heads, rows)
