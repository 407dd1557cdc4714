"""One load on a system: sender and watcher in processes of their own, then the reckoning."""

import time
from collections.abc import Mapping, Sequence
from uuid import uuid4

from benchmarks.beside import processes_beside
from benchmarks.figures import WARM_SECONDS
from benchmarks.machine import CoresUsed
from benchmarks.outcome import Outcome
from benchmarks.plan import Cities, Planned
from benchmarks.sending import Load, Sent, send
from benchmarks.system import LAND, System
from benchmarks.watching import Seen, Watch, watch

LEAD_SECONDS = 1.0
"""Time for the list to be looked at before the first placement is due."""


class Bench:
    """A system on which one load after the other is put."""

    def __init__(self, system: System, seed: int) -> None:
        self._system = system
        self._cities = Cities(system.weights(), system.credited(), seed)
        self._entry = _last(system.ledger_after(0))
        self._crossing = _last(system.crossings_after(0))

    def run(self, per_second: int, seconds: int, in_one: int = 1) -> dict[str, float]:
        """The figures of one load: latencies in seconds, counts, processors used.

        It takes as much longer as does not count.
        """
        seconds += WARM_SECONDS
        plan = self._cities.plan(per_second, seconds, in_one)
        cores = CoresUsed(self._system.processes)
        sent, seen = self._put_on(plan, seconds, cores)
        return {**self._reckon(sent, seen).figures(), **cores.figures}

    def _put_on(
        self, plan: Sequence[Planned], seconds: int, cores: CoresUsed
    ) -> tuple[Sequence[Sent], Mapping[str, Seen]]:
        system, name = self._system, f"bench-{uuid4()}"
        tokens, coordination = system.city_tokens(), system.token("coordination")
        with processes_beside(2) as processes:
            begins_at = time.monotonic() + LEAD_SECONDS
            watching = processes.submit(
                watch, Watch(system.address, coordination, begins_at, begins_at + seconds)
            )
            sending = processes.submit(send, Load(name, system.address, tokens, plan, begins_at))
            sent = sending.result()
            cores.stop()
            return sent, watching.result()

    def _reckon(self, sent: Sequence[Sent], seen: Mapping[str, Seen]) -> Outcome:
        entries = [one["sequence"] for one in self._system.ledger_after(self._entry)]
        crossings = [one["sequence"] for one in self._system.crossings_after(self._crossing)]
        alerts = [one["crossing"] for one in self._system.alerts(len(crossings))]
        named = [f"{LAND}:{number}" for number in crossings]
        first = self._crossing
        self._entry = max(entries, default=self._entry)
        self._crossing = max(crossings, default=self._crossing)
        own = [one for one in alerts if int(one.partition(":")[2]) > first]
        return Outcome(sent, seen, entries, named, own)


def _last(feed: Sequence[Mapping[str, int]]) -> int:
    return feed[-1]["sequence"] if feed else 0
