"""Status: ready, waiting, silent or held, each with an exit code of its own."""

import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.integration.hafenlotse.conftest import NOWHERE, House
from tests.integration.servers import SERVICES

pytestmark = pytest.mark.asyncio


@contextmanager
def health(waits_for: list[str], *, ready: bool = False) -> Iterator[str]:
    """An address at which any service says this of itself; without a wait it is ready."""
    is_ready = ready or not waits_for

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if is_ready else 503)
            self.end_headers()
            self.wfile.write(json.dumps({"ready": is_ready, "waits_for": waits_for}).encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def all_at(address: str) -> dict[str, str]:
    return {f"HAFENLOTSE_{service.upper()}_URL": address for service in SERVICES}


async def test_all_is_well(house: House) -> None:
    with health([]) as address:
        document = await house.ask("status", **all_at(address))
    assert {state["ready"] for state in document["services"].values()} == {True}
    [land] = document["lands"]
    assert (land["recorded"], land["counted"], land["lag"], land["held"]) == (5, 5, 0, None)
    assert land["crossings"] == land["alerted"] > 0
    assert document["dead_letters"] == {"quota": 0, "notifications": 0}


async def test_what_a_service_waits_for_is_a_finding(house: House) -> None:
    with health(["Kafka can't be reached yet"]) as address:
        said = await house.run("status", **all_at(address))
    assert said.exit_code == 1
    assert said.out.count("Kafka can't be reached yet") == 3


async def test_a_service_that_is_ready_may_wait_for_something_and_says_so(house: House) -> None:
    with health(["publishing pauses"], ready=True) as address:
        said = await house.run("status", **all_at(address))
    assert said.exit_code == 0
    assert said.out.count("publishing pauses") == 3


async def test_a_held_land_is_a_finding(house: House) -> None:
    await house.tamper("notifications", "UPDATE positions SET held = 'false crossing'")
    with health([]) as address:
        said = await house.run("status", **all_at(address))
    assert said.exit_code == 1
    assert "false crossing" in said.out


async def test_what_is_not_counted_yet_is_lag(house: House) -> None:
    await house.record(("01001", 1), ("01002", 1))
    with health([]) as address:
        [land] = (await house.ask("status", **all_at(address)))["lands"]
    assert (land["recorded"], land["counted"], land["lag"]) == (7, 5, 2)


async def test_a_service_that_does_not_answer_is_not_reached(house: House) -> None:
    said = await house.run("status")
    assert said.exit_code == 3
    assert said.out.count("does not answer") == 3
    assert "recorded" in said.out


async def test_without_postgresql_the_services_are_still_asked(house: House) -> None:
    gone = {"HAFENLOTSE_DATABASE_URL": f"postgresql://quota@{NOWHERE}/hafenlotse"}
    with health(["PostgreSQL does not answer"]) as address:
        said = await house.run("status", **gone, **all_at(address))
    assert said.exit_code == 3
    assert said.out.count("PostgreSQL does not answer") == 3


COMMANDS = ["relay", "verify", "reconcile", "recipients list", "dead-letters list"]


async def test_without_postgresql_a_command_says_so_in_a_sentence(house: House) -> None:
    gone = {"HAFENLOTSE_DATABASE_URL": f"postgresql://quota@{NOWHERE}/hafenlotse"}
    said = [await house.run(*words.split(), **gone) for words in COMMANDS]
    assert {(each.exit_code, each.out) for each in said} == {(3, "")}
    assert all("PostgreSQL can't be reached" in each.error for each in said)


async def test_settings_that_can_not_be_used_are_named(house: House) -> None:
    said = await house.run("status", HAFENLOTSE_KAFKA_BOOTSTRAP="no address")
    assert said.exit_code == 2
    assert "HAFENLOTSE_KAFKA_BOOTSTRAP" in said.error


async def test_secrets_that_can_not_be_read_are_out_of_reach(house: House) -> None:
    said = await house.run("status", HAFENLOTSE_SECRETS_DIR="/nowhere/quota")
    assert said.exit_code == 3
    assert "/nowhere" in said.error
