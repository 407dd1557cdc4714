"""A reader ends with the topic; a slow one is stopped after its time."""

from benchmarks.readers.reading import SLOW_SECONDS, Progress


def test_a_reader_goes_on_to_the_last_record() -> None:
    progress = Progress(until=10)
    progress.begin()
    assert progress.count(9)
    assert not progress.count(1)


def test_a_slow_reader_is_stopped() -> None:
    progress = Progress(until=10**6)
    progress.begin()
    progress.begun_at -= SLOW_SECONDS + 1
    assert not progress.count(1)
    assert progress.count(10**5 * 3)
