"""What came of a load: how late the alerts were, and whether every one of them is there."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.figures import WARM_SECONDS, spread
from benchmarks.sending import Sent
from benchmarks.watching import Seen


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that was sent and seen, and what the services recorded meanwhile.

    `entries` are ledger numbers; `crossings` and `alerts` name crossings, like "01:42".
    """

    sent: Sequence[Sent]
    seen: Mapping[str, Seen]
    entries: Sequence[int]
    crossings: Sequence[str]
    alerts: Sequence[str]

    def figures(self) -> dict[str, float]:
        """Latencies without the begin, counts of everything; `wrong` must be 0.

        `alert`: from the instant at which the placement was due until its alert was seen;
        `alert_after_201`: from its acceptance; `post`: from due to answered; `sender_late`: what
        of it the sender itself is to blame for.
        """
        warm_at = min(one.due_at for one in self.sent) + WARM_SECONDS
        warm = [one for one in self.sent if one.due_at >= warm_at]
        due = {entry: one.due_at for one in warm for entry in one.sequences}
        answered = {entry: one.answered_at for one in warm for entry in one.sequences}
        ours = [one for one in self.seen.values() if one.ledger_sequence in due]
        return {
            **spread("alert", (one.at - due[one.ledger_sequence] for one in ours)),
            **spread("alert_after_201", (one.at - answered[one.ledger_sequence] for one in ours)),
            **spread("post", (one.answered_at - one.due_at for one in warm)),
            **spread("sender_late", (one.sent_at - one.due_at for one in warm)),
            "placements": sum(len(one.sequences) for one in self.sent),
            "not_accepted": sum(not one.sequences for one in self.sent),
            "crossings": len(self.crossings),
            "alerts": len(self.alerts),
            "wrong": self.wrong(),
        }

    def wrong(self) -> int:
        """Entries that differ from what was accepted, and crossings without exactly one alert."""
        accepted = Counter(entry for one in self.sent for entry in one.sequences)
        return (
            _differences(accepted, Counter(self.entries))
            + _differences(Counter(self.crossings), Counter(self.alerts))
            + len(set(self.crossings) - self.seen.keys())
        )


def _differences(left: Counter[int] | Counter[str], right: Counter[int] | Counter[str]) -> int:
    """How many are on one side only, or more often on one side."""
    return ((left - right) + (right - left)).total()  # type: ignore[operator]  # of one kind each
