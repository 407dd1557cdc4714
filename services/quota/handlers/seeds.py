"""Gives a Land that has no definition yet the ones of its seed file."""

import json
import logging
from pathlib import Path

from services.quota.domain.seed import seeded
from services.quota.store.positions import load_position, lock_position
from services.quota.store.worlds import apply_changes
from shared.clock import now
from shared.postgres import Database, transaction

DATA = Path(__file__).resolve().parent.parent / "data"
log = logging.getLogger(__name__)


async def seed_lands(database: Database) -> None:
    """Apply every seed file whose Land is still untouched; once, whoever starts first."""
    for path in sorted(DATA.glob("seed_*.json")):
        definitions = seeded(json.loads(path.read_text(encoding="utf-8")), now())
        land = definitions[0].land
        async with transaction(database) as tx:
            await lock_position(tx, land)
            position = await load_position(tx, land)
            if position.definition == 0 and position.sequence == 0:
                changes = [(each.quota, each.change) for each in definitions]
                await apply_changes(tx, land, changes, now(), "seed")
                log.info("%s: %d definitions", path.name, len(changes))
