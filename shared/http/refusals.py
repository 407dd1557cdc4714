"""Answers every refusal and failure as a problem, whoever raised it."""

import logging
from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException

from shared.http.answers import CursorMalformed
from shared.http.problems import Fault, Problem, render
from shared.postgres import UNAVAILABLE

OF_STATUS = {404: "not-found", 405: "method", 413: "too-large"}
log = logging.getLogger(__name__)


def methods_at(app: FastAPI, path: str) -> list[str]:
    """Every method that some route answers at a path, in order."""
    routes = [route for router in app.state.routers for route in router.routes]
    return sorted({m for route in routes if route.path_regex.match(path) for m in route.methods})


def answer_problems(app: FastAPI, service: str) -> None:
    """Install the answers for refusals, wrong paths and methods, outages and failures."""

    async def refuse(request: Request, problem: Exception) -> Response:
        assert isinstance(problem, Problem)  # noqa: S101  # registered for this class only
        return render(request, service, problem)

    async def not_here(request: Request, wrong: Exception) -> Response:
        assert isinstance(wrong, HTTPException)  # noqa: S101  # registered for this class only
        problem = Problem(OF_STATUS.get(wrong.status_code, "not-found"), method=request.method)
        if problem.slug == "method":
            problem.headers["Allow"] = ", ".join(methods_at(app, request.url.path))
        return render(request, service, problem)

    async def no_cursor(request: Request, _refusal: Exception) -> Response:
        fault = Fault("malformed", parameter="cursor")
        return render(request, service, Problem.invalid(fault))

    async def unavailable(request: Request, failure: Exception) -> Response:
        log.warning("%s %r: %r", request.method, request.url.path, failure)
        return render(request, service, Problem("unavailable"))

    async def fail(request: Request, _failure: Exception) -> Response:
        return render(request, service, Problem("failure"))

    handlers: dict[type[Exception], Callable[[Request, Exception], Awaitable[Response]]] = {
        Problem: refuse,
        HTTPException: not_here,
        CursorMalformed: no_cursor,
        **dict.fromkeys(UNAVAILABLE, unavailable),
        Exception: fail,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)
