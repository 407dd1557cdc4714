"""Quix Streams, exactly once, as its documentation shows state: a loop over a Land's units."""

from fractions import Fraction
from typing import Any

from quixstreams import Application, State

from benchmarks.readers.reading import Job, Progress
from benchmarks.world import Quota, World
from shared.codes import LANDS

Document = dict[str, Any]
STANDINGS = ("under", "on-quota", "over")


def run(job: Job) -> None:
    """Read until all was dealt with, or for so long as a slow reader is given."""
    app = Application(
        broker_address=job.bootstrap,
        consumer_group=job.group,
        auto_offset_reset="earliest",
        processing_guarantee="exactly-once",
        loglevel="ERROR",
    )
    world = World(job.size, job.tolerance)
    quotas = {land: world.quotas(land) for land in LANDS}
    progress = Progress(job.events)

    def count(event: Document, state: State) -> list[Document]:
        progress.begin()
        entry = event["data"]
        found = [
            crossing for quota in quotas[entry["land"]] for crossing in _apply(quota, entry, state)
        ]
        if not progress.count(1):
            app.stop()
        return found

    source = app.topic(job.topic, value_deserializer="json")
    target = app.topic(job.crossings, value_serializer="json")
    frame = app.dataframe(source)
    frame.apply(count, stateful=True, expand=True).to_topic(target)
    app.run()
    progress.say()


def _apply(quota: Quota, entry: Document, state: State) -> list[Document]:
    """Count an entry and look at every unit of the quota."""
    sums = state.get(quota.code) or {"credited": {}, "stands": {}, "total": 0}
    credited, stands = sums["credited"], sums["stands"]
    for each in entry["postings"]:
        unit = each["unit"]
        if unit in quota.weights and quota.programme in (None, each["programme"]):
            credited[unit] = credited.get(unit, 0) + each["persons"]
            sums["total"] += each["persons"]
    whole, found = quota.whole, []
    for unit, weight in quota.weights.items():
        balance = credited.get(unit, 0) * whole - weight * sums["total"]
        stand = (balance >= quota.tolerance * whole) - (balance <= -quota.tolerance * whole)
        if stand != stands.get(unit, 0):
            found.append(_crossing(quota, entry, unit, (stands.get(unit, 0), stand, balance)))
            stands[unit] = stand
    state.set(quota.code, sums)
    return found


def _crossing(quota: Quota, entry: Document, unit: str, moved: tuple[int, int, int]) -> Document:
    before, after, balance = moved
    return {
        "land": entry["land"],
        "ledger_sequence": entry["sequence"],
        "quota": quota.code,
        "unit": unit,
        "before": STANDINGS[before + 1],
        "after": STANDINGS[after + 1],
        "balance": {"exact": str(Fraction(balance, quota.whole))},
    }


if __name__ == "__main__":
    run(Job.of_arguments())
