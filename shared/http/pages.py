"""The help page behind every problem's type, in German and English, without a script."""

from html import escape

from fastapi import APIRouter, Response
from starlette.responses import HTMLResponse

from shared.http.problems import PROBLEMS, Problem

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
STYLE = "body{font:1.1rem/1.5 sans-serif;max-width:42rem;margin:2rem auto;padding:0 1rem}"


def problem_pages(service: str) -> APIRouter:
    """The pages of all problems of a service, open to everyone."""
    router = APIRouter(prefix=f"/{service}/problems", include_in_schema=False)
    router.add_api_route("/{slug}", show_problem, response_model=None)
    return router


async def show_problem(slug: str) -> Response:
    """What a problem means, or `not-found`."""
    if slug not in PROBLEMS:
        raise Problem("not-found")
    entry = PROBLEMS[slug]
    sections = "".join(
        f'<section lang="{language}"><h2>{escape(title)}</h2>'
        f"<p>{escape(_plain(text))}</p></section>"
        for language, (title, text) in (("de", entry["de"]), ("en", entry["en"]))
    )
    body = (
        f'<!doctype html><html lang="de"><head><meta charset="utf-8"><title>{slug}</title>'
        f"<style>{STYLE}</style></head><body><h1>{slug} ({entry['status']})</h1>{sections}"
        "</body></html>"
    )
    return HTMLResponse(body, headers={"Content-Security-Policy": POLICY})


def _plain(text: str) -> str:
    return text.replace("{", "[").replace("}", "]")
