"""The order in which every route checks a request before its handler sees it."""

import re
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Protocol, TypeVar

from fastapi import Depends, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict

from access.caller import Caller, IssuerUnavailable, TokenInvalid, TokenMissing, TooMany
from access.entrance import Entrance
from access.rate import RateLimit
from shared.codes import Role
from shared.http.faults import faults_of
from shared.http.problems import Fault, Problem
from shared.http.reading import parse_json, read_body
from shared.postgres import Database, Writes

F = TypeVar("F", bound=Callable[..., Any])
ANY_TOKEN = (Role.CITY, Role.COORDINATION, Role.AUDITOR, Role.OPERATOR)
ALL_BUT_OPERATOR = (Role.CITY, Role.COORDINATION, Role.AUDITOR)
JSON = "application/json"
STAYS_OUT: dict[type[Exception], str] = {
    TokenMissing: "token-missing",
    TokenInvalid: "token-invalid",
    TooMany: "too-many",
    IssuerUnavailable: "unavailable",
}
VISIBLE = re.compile(r"[!-~]{1,128}")


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may call a route, what its body is, and whether it computes only.

    `any_scope`: an API key opens it whatever it is for.
    """

    roles: tuple[Role, ...]
    media: tuple[str, ...] = (JSON,)
    is_pure: bool = False
    any_scope: bool = False

    def scope(self, service: str, method: str) -> str:
        """What an API key must be for: to read or to write at a service."""
        return f"{service}:{'read' if self.is_pure or method == 'GET' else 'write'}"


@dataclass(frozen=True, slots=True)
class Call:
    """A request that may go on: who calls, with which key, body, and expected state."""

    caller: Caller
    key: str | None
    target: str
    body: bytes
    if_match: str | None
    request: Request

    @property
    def trail(self) -> "Trail":
        """Where it is written down what this call does."""
        trail: Trail = self.request.app.state.trail
        return trail

    def names(self, thing: str) -> None:
        """Say for the record what was made, where neither path nor Location does."""
        self.request.state.thing = thing

    def expect(self, etag: str) -> None:
        """Refuse unless If-Match names the state that is there."""
        if self.if_match is None:
            raise Problem("if-match-missing")
        named = [one.strip() for one in self.if_match.split(",")]
        if etag not in named and named != ["*"]:
            raise Problem("changed-meanwhile")


class Trail(Protocol):
    """Where it is written down who did what, and who was refused."""

    async def keep(self, tx: Writes, done: Sequence[tuple[Call, Response]]) -> None:
        """Write down what calls did, in the transaction that does it."""

    def refuse(self, request: Request, problem: Problem) -> None:
        """Remember a refusal or failure, to write it down soon; waits for nothing."""

    async def run(self, database: Database) -> None:
        """Write down what is remembered, for ever."""


class RouteWithoutRule(TypeError):
    """Every route says who may call it; this one does not."""


def allowed(
    *roles: Role,
    media: tuple[str, ...] = (JSON,),
    pure: bool = False,
    any_scope: bool = False,
) -> Callable[[F], F]:
    """Declare who may call the route below, beside the route itself."""

    def declare(endpoint: F) -> F:
        rule = Rule(roles, media, pure, any_scope)
        endpoint.rule = rule  # type: ignore[attr-defined]  # functions carry it
        return endpoint

    return declare


class NoQuery(BaseModel):
    """A route without query parameters refuses every one."""

    model_config = ConfigDict(extra="forbid")


async def refuse_query(_query: Annotated[NoQuery, Query()]) -> None:
    """Refuse unknown query parameters together with all other faults."""


class ContractRoute(APIRoute):
    """Path, method, size, token, role, media type, Idempotency-Key, JSON, then shape and values."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        if not hasattr(endpoint, "rule"):
            raise RouteWithoutRule(f"{path}: add @allowed(...) above {endpoint.__name__}")
        self.rule: Rule = endpoint.rule
        super().__init__(path, endpoint, **options)
        if not self.dependant.query_params:
            options["dependencies"] = [*(options.get("dependencies") or ()), Depends(refuse_query)]
            super().__init__(path, endpoint, **options)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's handler behind the checks that come before shape and values."""
        inner = super().get_route_handler()
        rule, field = self.rule, self.body_field
        takes_body = field is not None and (field.field_info.is_required() or None)

        async def handle(request: Request) -> Response:
            call = request.state.call = await admit(request, rule, takes_body=takes_body)
            limit: RateLimit = request.app.state.rate_limit
            try:
                answer = await inner(request)
                answer.headers.update(limit.headers(call.caller.client))
                return answer
            except RequestValidationError as wrong:
                raise Problem.invalid(*faults_of(wrong.errors())) from wrong

        return handle


async def admit(request: Request, rule: Rule, *, takes_body: bool | None) -> Call:
    """The checks from size to JSON, in the order of the contract; None: a body may be left out."""
    if "\0" in request.scope["path"]:
        raise Problem("not-found")  # and PostgreSQL could not even be asked
    body = await read_body(request)
    takes_body = bool(body) if takes_body is None else takes_body
    caller = request.state.caller = await _caller_of(request)
    limit: RateLimit = request.app.state.rate_limit
    if not limit.is_passed(caller.client):
        loud = Problem("too-many")
        loud.headers |= limit.headers(caller.client)
        raise loud
    if not caller.has(*rule.roles):
        raise Problem("role", needed=", ".join(rule.roles))
    scope = rule.scope(request.app.state.service.name, request.method)
    if not (rule.any_scope or caller.may_use(scope)):
        raise Problem("role", needed=scope)
    if takes_body or rule.media != (JSON,):
        _check_media(request, rule)
    key = _key_of(request, rule)
    if takes_body and rule.media == (JSON,):
        request._json = parse_json(body)  # noqa: SLF001  # FastAPI reads the parsed body here
    request._body = body  # noqa: SLF001  # the stream was read; FastAPI asks for it again
    _check_parameters(request)
    target = f"{request.method} {request.scope['raw_path'].decode('latin-1')}?{request.url.query}"
    return Call(caller, key, target, body, request.headers.get("if-match"), request)


async def _caller_of(request: Request) -> Caller:
    entrance: Entrance = request.app.state.entrance
    address = request.client.host if request.client else ""
    try:
        return await entrance.admit(request.headers.getlist("authorization"), address)
    except tuple(STAYS_OUT) as refused:
        problem = Problem(STAYS_OUT[type(refused)])
        problem.headers |= entrance.left(address)
        raise problem from refused


def media_type_of(request: Request) -> str:
    """The media type of a body, without its parameters."""
    return request.headers.get("content-type", "").split(";")[0].strip().lower()


def _check_media(request: Request, rule: Rule) -> None:
    is_plain = request.headers.get("content-encoding", "identity").lower() == "identity"
    if not is_plain or media_type_of(request) not in rule.media:
        raise Problem("media-type", needed=", ".join(rule.media))


def _key_of(request: Request, rule: Rule) -> str | None:
    query = request.query_params
    is_trial = query.get("dry_run") == "true" or query.get("preview") == "true"
    if request.method != "POST" or rule.is_pure or is_trial:
        return None
    keys = request.headers.getlist("idempotency-key")
    if not keys:
        raise Problem("idempotency-key-missing")
    if len(keys) > 1 or not VISIBLE.fullmatch(keys[0]):
        raise Problem("idempotency-key-malformed")
    return keys[0]


def _check_parameters(request: Request) -> None:
    given = request.query_params.multi_items()
    for name, times in Counter(name for name, _ in given).items():
        if times > 1:
            raise Problem("duplicate-key", name=name)
    if faults := [Fault("malformed", parameter=name) for name, text in given if "\0" in text]:
        raise Problem.invalid(*faults)


async def the_call(request: Request) -> Call:
    """The admitted call, for handlers that name it as a parameter."""
    call: Call = request.state.call
    return call


Calling = Annotated[Call, Depends(the_call)]
