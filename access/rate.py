"""A token bucket per client: bursts pass, a flood is told to wait."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

REMEMBERED_CLIENTS = 10_000


@dataclass
class RateLimit:
    """Lets `burst` requests pass at once and `per_second` in the long run, per client."""

    per_second: float
    burst: int
    clock: Callable[[], float] = time.monotonic
    counted: str = "client"
    buckets: dict[str, tuple[float, float]] = field(default_factory=dict)

    def is_passed(self, client: str) -> bool:
        """Whether one more request of the client is within its rate."""
        moment = self.clock()
        left, since = self.buckets.pop(client, (float(self.burst), moment))
        left = min(float(self.burst), left + (moment - since) * self.per_second)
        may_pass = left >= 1.0
        self.buckets[client] = (left - 1.0 if may_pass else left, moment)
        if len(self.buckets) > REMEMBERED_CLIENTS:
            del self.buckets[next(iter(self.buckets))]
        return may_pass

    def give_back(self, client: str) -> None:
        """What was passed is not to count after all."""
        left, since = self.buckets.get(client, (float(self.burst), self.clock()))
        self.buckets[client] = (min(float(self.burst), left + 1.0), since)

    def headers(self, client: str) -> dict[str, str]:
        """What a client may still do, as draft-ietf-httpapi-ratelimit-headers writes it."""
        left, _ = self.buckets.get(client, (float(self.burst), 0.0))
        window = math.ceil(self.burst / self.per_second)
        full_in = math.ceil((self.burst - left) / self.per_second)
        return {
            "RateLimit-Policy": f'"{self.counted}";q={self.burst};w={window}',
            "RateLimit": f'"{self.counted}";r={int(left)};t={full_in}',
        }
