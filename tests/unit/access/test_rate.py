"""A burst passes, a flood waits, and one client's flood is its own."""

from dataclasses import dataclass

from access.rate import REMEMBERED_CLIENTS, RateLimit


@dataclass
class Clock:
    """A clock that stands until it is moved."""

    seconds: float = 1000.0

    def __call__(self) -> float:
        return self.seconds


def passed(limit: RateLimit, client: str, times: int) -> int:
    return sum(limit.is_passed(client) for _ in range(times))


def test_a_burst_passes_and_what_is_more_does_not() -> None:
    limit = RateLimit(per_second=10, burst=5, clock=Clock())
    assert passed(limit, "a", 20) == 5


def test_the_rate_passes_in_the_long_run() -> None:
    clock = Clock()
    limit = RateLimit(per_second=8, burst=5, clock=clock)
    assert passed(limit, "a", 5) == 5
    total = 0
    for _ in range(128):
        clock.seconds += 1 / 16
        total += passed(limit, "a", 3)
    assert total == 64


def test_refused_requests_cost_nothing() -> None:
    clock = Clock()
    limit = RateLimit(per_second=1, burst=1, clock=clock)
    assert passed(limit, "a", 1000) == 1
    clock.seconds += 1
    assert passed(limit, "a", 1) == 1


def test_rest_fills_no_more_than_one_burst() -> None:
    clock = Clock()
    limit = RateLimit(per_second=10, burst=5, clock=clock)
    passed(limit, "a", 5)
    clock.seconds += 1e9
    assert passed(limit, "a", 20) == 5


def test_one_clients_flood_does_not_hurt_another() -> None:
    limit = RateLimit(per_second=10, burst=5, clock=Clock())
    assert passed(limit, "loud", 1000) == 5
    assert passed(limit, "calm", 5) == 5


def test_headers_say_what_is_left_and_when_all_of_it_is_back() -> None:
    limit = RateLimit(per_second=4, burst=10, clock=Clock())
    assert limit.headers("a") == {
        "RateLimit-Policy": '"client";q=10;w=3',
        "RateLimit": '"client";r=10;t=0',
    }
    passed(limit, "a", 3)
    assert limit.headers("a")["RateLimit"] == '"client";r=7;t=1'
    passed(limit, "a", 30)
    assert limit.headers("a")["RateLimit"] == '"client";r=0;t=3'


def test_only_the_latest_clients_are_remembered() -> None:
    limit = RateLimit(per_second=1, burst=1, clock=Clock())
    limit.is_passed("first")
    for number in range(REMEMBERED_CLIENTS - 1):
        limit.is_passed(f"client {number}")
    assert not limit.is_passed("first")
    limit.is_passed("one more")
    assert len(limit.buckets) == REMEMBERED_CLIENTS
    assert "client 0" not in limit.buckets
    assert not limit.is_passed("first")


def test_what_is_given_back_did_not_count() -> None:
    limit = RateLimit(per_second=1, burst=3, clock=Clock())
    for _ in range(10):
        assert limit.is_passed("a")
        limit.give_back("a")
    assert passed(limit, "a", 10) == 3
    limit.give_back("b")
    assert passed(limit, "b", 10) == 3
