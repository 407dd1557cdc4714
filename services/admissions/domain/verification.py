"""Whether a Land's ledger is what was recorded: every hash is computed again."""

from collections.abc import Iterable
from dataclasses import dataclass

from services.admissions.domain.entry import GENESIS, Document, HashOf, Head


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many entries there are, where the Land says it ends, and the first wrong place."""

    entries: int
    head: Head
    first_broken: int | None

    @property
    def intact(self) -> bool:
        """Whether nothing was altered, left out, put in or cut off."""
        return self.first_broken is None


@dataclass(frozen=True, slots=True)
class Chain:
    """How far a ledger was read in order, and the number at which it first was wrong."""

    entries: int = 0
    hash: str = GENESIS
    first_broken: int | None = None

    def follow(self, documents: Iterable[Document], hash_of: HashOf) -> "Chain":
        """Go on over the next entries in order."""
        chain = self
        for document in documents:
            chain = chain._step(document, hash_of)
        return chain

    def _step(self, document: Document, hash_of: HashOf) -> "Chain":
        number, broken = self.entries + 1, self.first_broken
        if broken is None and not self._fits(document, hash_of):
            broken = number
        return Chain(number, document["hash"], broken)

    def _fits(self, document: Document, hash_of: HashOf) -> bool:
        claimed = (document["sequence"], document["previous_hash"], document["hash"])
        return claimed == (self.entries + 1, self.hash, _hash_or_none(document, hash_of))

    def judge(self, head: Head, last_published: int) -> Verdict:
        """Compare the end with the Land's own head, and with the last entry that was published.

        An entry that was published and is not there now shows a tail that was cut together
        with the head.
        """
        return Verdict(
            self.entries, head, self.first_broken or self._wrong_end(head, last_published)
        )

    def _wrong_end(self, head: Head, last_published: int) -> int | None:
        if self.entries != head.sequence:
            return min(self.entries, head.sequence) + 1
        if self.hash != head.hash:
            return max(self.entries, 1)
        return head.sequence + 1 if last_published > head.sequence else None


def _hash_or_none(document: Document, hash_of: HashOf) -> str | None:
    try:
        return hash_of(document)
    except ValueError:  # what was put in has no canonical form at all
        return None
