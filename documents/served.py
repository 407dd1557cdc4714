"""The routes of a service's documents: open to everyone, and nothing is loaded from elsewhere."""

import asyncio
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import orjson
from fastapi import APIRouter, FastAPI, Request, Response
from starlette.responses import FileResponse

from documents.asyncapi import asyncapi_document
from documents.help import help_router
from documents.openapi import openapi_document
from documents.rendered import rendered
from shared.http.problems import Problem

OWN = Path(__file__).parent / "assets"
SWAGGER = Path(str(files("fastapi_swagger"))) / "resources"
ASSETS = {
    "swagger-ui-bundle.js": SWAGGER,
    "swagger-ui.css": SWAGGER,
    "start.js": OWN,
    "docs.css": OWN,
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {"Content-Security-Policy": POLICY}


def documents_of(service: str) -> list[APIRouter]:
    """The documents of a service, and the pages that help with its problems."""
    router = APIRouter(prefix=f"/{service}", include_in_schema=False)
    openapi = cache(lambda app: orjson.dumps(openapi_document(app, service)))
    asyncapi = cache(lambda _app: orjson.dumps(asyncapi_document(service)))
    router.add_api_route("/openapi.json", _json(openapi))
    router.add_api_route("/asyncapi.json", _json(asyncapi))
    router.add_api_route("/docs", _page(service, "docs.html"))
    router.add_api_route("/docs/events", _page(service, "events.html"))
    router.add_api_route("/docs/assets/{name}", show_asset)
    return [router, help_router(service)]


def _json(made: Callable[[FastAPI], bytes]) -> Callable[..., Any]:
    async def show(request: Request) -> Response:
        body = await asyncio.to_thread(made, request.app)
        return Response(body, media_type="application/json")

    return show


def _page(service: str, template: str) -> Callable[..., Any]:
    made = cache(lambda: rendered(template, service=service, events=asyncapi_document(service)))

    async def show() -> Response:
        return Response(made(), media_type="text/html", headers=HEADERS)

    return show


async def show_asset(name: str) -> Response:
    """A script or style of the pages, or `not-found`."""
    if name not in ASSETS:
        raise Problem("not-found")
    return FileResponse(ASSETS[name] / name, headers={"Cache-Control": "max-age=86400"})
