"""Reading problem details."""

from typing import Any

import httpx


def problem(answer: httpx.Response, status: int, slug: str) -> dict[str, Any]:
    """The body of a refusal, which must be this one and complete."""
    assert answer.status_code == status, f"{answer.status_code} {answer.text}"
    assert answer.headers["Content-Type"].split(";")[0] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["type"].endswith(f"/problems/{slug}"), body
    assert body["type"].startswith("/")
    assert body["status"] == status
    assert body["title"]
    assert body["detail"]
    assert answer.headers["Content-Language"] in {"de", "en"}
    assert "accept-language" in answer.headers["Vary"].lower()
    return body


def faults(
    answer: httpx.Response, status: int = 422, slug: str = "invalid"
) -> set[tuple[str, str]]:
    """(pointer or parameter, code) of every fault; each has a detail for people."""
    errors = problem(answer, status, slug)["errors"]
    assert errors
    assert all(error["detail"] for error in errors)
    return {(place(error), error["code"]) for error in errors}


def places(answer: httpx.Response) -> set[str]:
    """Only where the faults of an invalid body or query are."""
    return {where for where, _ in faults(answer)}


def place(error: dict[str, str]) -> str:
    """The pointer of a body's fault, `?name` of a query's."""
    assert ("pointer" in error) != ("parameter" in error), error
    return error["pointer"] if "pointer" in error else f"?{error['parameter']}"
