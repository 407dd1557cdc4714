"""Whatever is delivered, doubled, lost, forged or late: the true sequence, once, in order."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from shared.line import Event, Line
from shared.postgres import LandHeld
from tests.unit.shared.lands import LandInMemory, a_head, an_event

LONGEST = 12
numbers = st.integers(1, LONGEST)
marks = st.sampled_from([" a", " b"])


def forged(number: int, mark: str) -> Event[str]:
    """Its link leads nowhere, so that it can't be taken for the next one."""
    return an_event(number, previous="nowhere", mark=mark)


@dataclass
class Story:
    """What happens to a Land of so many events: batches, and a feed that comes and goes."""

    length: int
    steps: Sequence[tuple[str, list[Event[str]]]]
    land: LandInMemory = field(init=False)
    delivered: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.land = LandInMemory.of(self.length)

    async def tell(self) -> Line[str]:
        line, other = self.land.line(), self.land.line()
        for step, events in self.steps:
            self.land.feed_is_down = step == "silent"
            # What is true is no longer than the ledger; what is forged may lie beyond it.
            known = [event for event in events if event.record or event.sequence <= self.length]
            self.delivered += [event.fingerprint for event in known if event.record]
            await (other if step == "other" else line).take(known)
        self.land.feed_is_down = False
        # A forged end is noticed at the latest when the ledger has grown past it.
        for number in range(self.length + 1, len(self.land.applied) + 2):
            self.land.true.append(an_event(number))
        for each in (other, line):
            await each.settle()
            await each.take([self.land.true[-1]])
        return line


def stories(false: st.SearchStrategy[Event[str]]) -> st.SearchStrategy[Story]:
    true = numbers.map(an_event) | numbers.map(a_head)
    step = st.tuples(
        st.sampled_from(["next", "silent", "other"]), st.lists(true | false, max_size=8)
    )
    return st.builds(Story, numbers, st.lists(step, max_size=10))


unlinked = st.builds(forged, numbers, marks) | st.builds(a_head, numbers, marks)
linked = st.builds(lambda number, mark: an_event(number, mark=mark), numbers, marks)


@given(stories(unlinked))
def test_any_delivery_ends_in_the_true_sequence_and_buries_exactly_the_forged(story: Story) -> None:
    line = asyncio.run(story.tell())
    assert story.land.applied == story.land.true
    assert sorted(print_ for print_, _ in story.land.buried) == sorted(story.delivered)
    assert line.suspects == []


@given(stories(unlinked | linked))
def test_a_land_is_held_whenever_something_forged_was_applied(story: Story) -> None:
    try:
        asyncio.run(story.tell())
    except LandHeld:
        assert any(event.record for event in story.land.applied)
    else:
        assert story.land.applied == story.land.true
