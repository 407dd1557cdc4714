"""Gives a Land that has no definition yet the ones of its seed file."""

import json
import logging
from pathlib import Path

from services.quota.domain.seed import seeded
from services.quota.store.positions import load_position
from services.quota.store.worlds import apply_definitions
from shared.clock import now
from shared.line import OwnershipLost
from shared.postgres import Database, transaction

DATA = Path(__file__).resolve().parent.parent / "data"
log = logging.getLogger(__name__)


async def seed_lands(database: Database) -> None:
    """Apply every seed file whose Land is still untouched; once, whoever starts first."""
    for path in sorted(DATA.glob("seed_*.json")):
        definitions = seeded(json.loads(path.read_text(encoding="utf-8")), now())
        try:
            async with transaction(database) as tx:
                position = await load_position(tx, definitions[0].land)
                if position.definition == 0 and position.sequence == 0:
                    await apply_definitions(tx, definitions[0].land, definitions, "seed")
                    log.info("%s: %d definitions", path.name, len(definitions))
        except OwnershipLost:
            log.info("another process applied %s", path.name)
