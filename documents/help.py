"""The page behind every problem's type: what happened, why, and what to do, without a script."""

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.responses import HTMLResponse

from documents.rendered import rendered
from shared.http.problems import PROBLEMS, Problem, language_of

HELP: Mapping[str, Any] = tomllib.loads(
    (Path(__file__).parent / "help.toml").read_text(encoding="utf-8")
)
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "Content-Language": "de, en",
    "Vary": "Accept-Language",
}
OPEN = dict.fromkeys(("name", "needed", "by", "at"), "…")
FACTS = {
    "de": {
        **OPEN,
        "unit": "diese Kommune",
        "method": "Diese Methode",
        "count": "einen oder mehrere",
    },
    "en": {**OPEN, "unit": "this unit", "method": "This method", "count": "one or more"},
}
"""A page speaks of no single case, so its facts are left open."""
WORDS = {
    "de": ("Was ist passiert?", "Warum?", "Was können Sie tun?"),
    "en": ("What happened?", "Why?", "What can you do?"),
}


def help_router(service: str) -> APIRouter:
    """The pages of all problems of a service and their list, open to everyone."""
    router = APIRouter(prefix=f"/{service}/problems", include_in_schema=False)
    router.add_api_route("", _listing(service))
    router.add_api_route("/{slug}", _showing(service))
    return router


def _listing(service: str) -> Callable[..., Any]:
    async def show() -> Response:
        page = rendered("problems.html", service=service, problems=PROBLEMS)
        return HTMLResponse(page, headers=HEADERS)

    return show


def _showing(service: str) -> Callable[..., Any]:
    async def show(slug: str, request: Request) -> Response:
        if slug not in PROBLEMS:
            raise Problem("not-found")
        preferred = language_of(request)
        languages = sorted(WORDS, key=lambda language: language != preferred)
        texts = [_told(slug, language) for language in languages]
        facts = {"service": service, "slug": slug, "status": PROBLEMS[slug]["status"]}
        return HTMLResponse(rendered("problem.html", texts=texts, **facts), headers=HEADERS)

    return show


def _told(slug: str, language: str) -> dict[str, Any]:
    title, detail = PROBLEMS[slug][language]
    told = [detail.format_map(FACTS[language]), *HELP[slug][language]]
    sections = list(zip(WORDS[language], told, strict=True))
    return {"language": language, "title": title, "sections": sections}
