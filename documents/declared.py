"""What a route says about itself, beside itself: its answers and its own refusals."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeVar

import msgspec

from shared.http.health import show_life, show_readiness
from shared.http.problems import PROBLEMS

F = TypeVar("F", bound=Callable[..., Any])
ETAG, LOCATION = "ETag", "Location"
NEW = (ETAG, LOCATION)
CHANGE = ("changed-meanwhile", "if-match-missing")
"""How a route refuses that wants If-Match."""
JSON, EVENTS = "application/json", "text/event-stream"


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, the shape of its body (None: it has none), and the headers that it always has."""

    shape: Any
    headers: tuple[str, ...] = ()
    media: str = JSON


@dataclass(slots=True)
class Declaration:
    """Everything that a route declares."""

    answers: dict[int, Answer] = field(default_factory=dict)
    slugs: frozenset[str] = frozenset()


class Life(msgspec.Struct):
    """The process answers at all."""

    alive: bool


class Readiness(msgspec.Struct):
    """Whether the service can do its work, and one sentence for each thing that it waits for.

    Some of these keep it from nothing else: a Land that is held, or Kafka where it goes on without.
    """

    ready: bool
    waits_for: Annotated[list[str], msgspec.Meta(examples=[[]])]


def declaration_of(endpoint: Callable[..., Any]) -> Declaration:
    """What an endpoint has declared, open to more."""
    declared: Declaration = vars(endpoint).setdefault("declaration", Declaration())
    return declared


def answers(status: int, shape: Any, *headers: str, media: str = JSON) -> Callable[[F], F]:
    """Declare an answer of the route below."""

    def declare(endpoint: F) -> F:
        declaration_of(endpoint).answers[status] = Answer(shape, headers, media)
        return endpoint

    return declare


def refuses(*slugs: str) -> Callable[[F], F]:
    """Declare problems that follow neither from the route's rule nor from its body and path."""
    if unknown := set(slugs) - PROBLEMS.keys():
        raise LookupError(f"the catalog has no {', '.join(sorted(unknown))}")

    def declare(endpoint: F) -> F:
        declaration_of(endpoint).slugs |= set(slugs)
        return endpoint

    return declare


answers(200, Life)(show_life)
answers(200, Readiness)(answers(503, Readiness)(show_readiness))
