"""Thresholds: which units' bounds a growing meter has passed, without looking at the others."""

from heapq import heapify, heappop, heappush


class Thresholds:
    """One bound, or none, for each of `size` units, numbered from 0.

    A bound and its unit are one integer, bound × size + unit, so that the smallest one on the
    heap is the next to be passed. Replaced ones stay there until they surface or are too many.
    A unit whose bound moves on keeps its place on the heap: it is moved when it surfaces, so most
    of what moves bounds costs nothing here.
    """

    __slots__ = ("_due", "_heap", "_keys", "_size")

    def __init__(self, size: int) -> None:
        self._size = size
        self._keys: list[int | None] = [None] * size
        self._due = [0] * size
        self._heap: list[int] = []

    def __len__(self) -> int:
        """How many are kept, replaced ones included: at most four for each unit and 64."""
        return len(self._heap)

    def wait(self, unit: int, bound: int) -> None:
        """The unit is passed at this bound, and no more at the one before."""
        key, kept = bound * self._size + unit, self._keys[unit]
        self._due[unit] = key
        if kept is not None and kept <= key:
            return
        self._keys[unit] = key
        heappush(self._heap, key)
        if len(self._heap) > 4 * self._size + 64:
            self._forget_replaced()

    def take_passed(self, meter: int) -> list[int]:
        """The units whose bound is below the meter; they wait for nothing until they do again."""
        heap, keys, size = self._heap, self._keys, self._size
        passed: list[int] = []
        end = meter * size
        while heap and heap[0] < end:
            key = heappop(heap)
            unit = key % size
            if keys[unit] != key:
                continue
            if (due := self._due[unit]) < end:
                keys[unit] = None
                passed.append(unit)
            else:
                keys[unit] = due
                heappush(heap, due)
        return passed

    def _forget_replaced(self) -> None:
        self._heap = [key for key in self._keys if key is not None]
        heapify(self._heap)
