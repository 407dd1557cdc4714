"""Turns what pydantic found into the faults of the contract."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from pydantic_core import PydanticCustomError

from shared.codes import Refusal
from shared.http.problems import FAULTS, Fault

V = TypeVar("V")
KNOWN = {"missing": "missing", "extra_forbidden": "unknown-field"}


def refusing(check: Callable[[V], V]) -> Callable[[V], V]:
    """A pydantic validator from a function that raises a Refusal."""

    def validate(value: V) -> V:
        try:
            return check(value)
        except Refusal as refusal:
            facts = {name: str(fact) for name, fact in refusal.facts.items()}
            raise PydanticCustomError(refusal.code, refusal.code, facts) from refusal

    return validate


def faults_of(errors: Iterable[Mapping[str, Any]]) -> list[Fault]:
    """Every error of a request as a fault, in the order of the request."""
    return [_fault(error) for error in errors]


def _fault(error: Mapping[str, Any]) -> Fault:
    code, facts = _code(error)
    where, *rest = error["loc"]
    if where == "body":
        return Fault(code, pointer=pointer(rest), facts=facts)
    return Fault(code, parameter=str(rest[0]) if rest else str(where), facts=facts)


def _code(error: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    kind, context = error["type"], error.get("ctx", {})
    if kind in KNOWN:
        return KNOWN[kind], {}
    if kind in FAULTS:
        return kind, context
    if kind.endswith("_type"):
        return "wrong-type", {}
    return "malformed", {}


def pointer(parts: Iterable[object]) -> str:
    """An RFC 6901 pointer to a place in the body; pydantic's mark of a wrong key is no place."""
    places = (one for one in parts if one != "[key]")
    return "".join("/" + str(one).replace("~", "~0").replace("/", "~1") for one in places)
