"""Pages need no token and nothing from elsewhere, and help in German and in English."""

import re

import pytest

from documents.help import HELP, WORDS
from shared.http.problems import PROBLEMS
from tests.contract.apps import NAMES, ask

pytestmark = pytest.mark.asyncio
every_service = pytest.mark.parametrize("name", NAMES)
PAGES = ("docs", "docs/events", "problems", "problems/invalid")
LOADED = re.compile(r'(?:src|href)="([^"]*)"')
POLICY = "Content-Security-Policy"


@every_service
@pytest.mark.parametrize("page", PAGES)
async def test_a_page_loads_and_links_only_what_this_service_has(name: str, page: str) -> None:
    answer = await ask(f"/{name}/{page}")
    assert answer.headers["Content-Type"].startswith("text/html")
    for address in LOADED.findall(answer.text):
        if address.startswith(f"/{name}/"):
            assert (await ask(address)).status_code == 200, address
        else:
            assert address == "data:," or address.split("/")[1] in NAMES, address


@every_service
@pytest.mark.parametrize("page", PAGES)
async def test_a_page_runs_no_script_and_no_style_of_its_own(name: str, page: str) -> None:
    answer = await ask(f"/{name}/{page}")
    policy = answer.headers[POLICY]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<script(?![^>]* src=)|<style|\son\w+=|\sstyle=", answer.text)


async def test_an_asset_that_does_not_exist_is_not_found() -> None:
    answer = await ask("/quota/docs/assets/__init__.py")
    assert answer.status_code == 404


@every_service
async def test_the_page_of_events_shows_every_message(name: str) -> None:
    page = (await ask(f"/{name}/docs/events")).text
    described = (await ask(f"/{name}/asyncapi.json")).json()
    for message in described["components"]["messages"]:
        assert f"<code>{message}</code>" in page


async def test_every_problem_and_none_else_has_a_help() -> None:
    assert HELP.keys() == PROBLEMS.keys()


@pytest.mark.parametrize("slug", PROBLEMS)
async def test_a_page_says_what_happened_why_and_what_to_do(slug: str) -> None:
    german, english = [
        (await ask(f"/admissions/problems/{slug}", Accept_Language=language)).text
        for language in ("de", "en")
    ]
    assert german.index('<section lang="de">') < german.index('<section lang="en">')
    assert english.index('<section lang="en">') < english.index('<section lang="de">')
    for language, questions in WORDS.items():
        assert all(question in german for question in questions)
        assert all(len(text) > 20 for text in HELP[slug][language])
    assert "{" not in german
