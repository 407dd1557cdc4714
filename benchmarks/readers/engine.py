"""Our engine for readers that others' frameworks feed: entries in, crossings out, nothing kept."""

from typing import Any, cast

from benchmarks.database import definitions_of
from benchmarks.readers.reading import Job
from benchmarks.readers.typed import Event
from benchmarks.world import World
from services.quota.domain import world as counted
from services.quota.domain.counts import Position
from services.quota.domain.crossings import Crossing
from services.quota.domain.postings import Entry as Counted
from shared.codes import LANDS, Land

Document = dict[str, Any]


class Engine:
    """All Länder of a world, in memory."""

    def __init__(self, job: Job) -> None:
        world = World(job.size, job.tolerance)
        self._worlds = {}
        for land in LANDS:
            definitions = definitions_of(land, world)
            position = Position(definition=len(definitions))
            self._worlds[land] = counted.World.load(land, position, definitions, {})

    def crossings(self, event: Event) -> list[Document]:
        """The crossings that an event makes, as documents; a repeated event makes none."""
        world = self._worlds[Land(event.data.land)]
        if event.data.sequence <= world.position.sequence:
            return []
        entry = cast("Counted", event.data)  # it has what is counted, under the same names
        return [_shown(each) for each in world.apply(entry)]


def _shown(crossing: Crossing) -> Document:
    return {
        "land": crossing.land,
        "ledger_sequence": crossing.ledger_sequence,
        "quota": crossing.quota,
        "unit": crossing.unit,
        "before": crossing.before,
        "after": crossing.after,
        "balance": {"exact": str(crossing.balance)},
    }
