"""Answers every refusal and failure as a problem, whoever raised it."""

import logging
from collections.abc import Callable
from typing import Any

import asyncpg
from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException
from starlette.routing import Route

from shared.http.answers import CursorMalformed
from shared.http.problems import Fault, Problem, render
from shared.postgres import UNAVAILABLE, is_outage

OF_STATUS = {404: "not-found", 405: "method", 413: "too-large"}
log = logging.getLogger(__name__)


def answer_problems(app: FastAPI, service: str) -> None:
    """Install the answers for refusals, wrong paths and methods, outages and failures."""
    problems: dict[type[Exception], Callable[[Request, Any], Problem]] = {
        Problem: lambda _request, problem: problem,
        HTTPException: _of_status,
        CursorMalformed: lambda *_: Problem.invalid(Fault("malformed", parameter="cursor")),
        asyncpg.CharacterNotInRepertoireError: _of_text,
        asyncpg.UntranslatableCharacterError: _of_text,
        **dict.fromkeys(UNAVAILABLE, _of_outage),
        Exception: _of_failure,
    }

    def answering(problem_of: Callable[[Request, Any], Problem]) -> Any:
        async def answer(request: Request, failure: Exception) -> Response:
            problem = problem_of(request, failure)
            request.app.state.trail.refuse(request, problem)
            return render(request, service, problem)

        return answer

    for kind, problem_of in problems.items():
        app.add_exception_handler(kind, answering(problem_of))


def _of_status(request: Request, wrong: HTTPException) -> Problem:
    problem = Problem(OF_STATUS.get(wrong.status_code, "not-found"), method=request.method)
    if problem.slug == "method":
        problem.headers["Allow"] = ", ".join(methods_at(request.app, request.url.path))
    return problem


def methods_at(app: FastAPI, path: str) -> list[str]:
    """Every method that some route answers at a path, in order."""
    routes = [route for route in app.routes if isinstance(route, Route)]
    found = (route.methods or () for route in routes if route.path_regex.match(path))
    return sorted({method for methods in found for method in methods})


def _of_failure(*_: object) -> Problem:
    """Once it has logged the failure, the server hangs up: callers are told, to call anew."""
    problem = Problem("failure")
    problem.headers["Connection"] = "close"
    return problem


def _of_text(*_: object) -> Problem:
    """A text came as far as PostgreSQL, which does not store it, as with NUL in it."""
    return Problem.invalid(Fault("malformed", pointer=""))


def _of_outage(request: Request, failure: Exception) -> Problem:
    if is_outage(failure):
        log.warning("%s %r: %r", request.method, request.url.path, failure)
        return Problem("unavailable")
    log.error("%s %r failed", request.method, request.url.path, exc_info=failure)
    return Problem("failure")
