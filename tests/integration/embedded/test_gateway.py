"""The gateway changes nothing on the way, and answers for a service that is down."""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from embedded.child import Child, Command
from embedded.gateway import SERVICES, gateway_command
from embedded.ports import is_free, pick_port
from embedded.settings import ROOT
from shared.http.guarded import SAFE
from shared.http.problems import PROBLEMS
from tests.eventually import eventually

pytestmark = pytest.mark.asyncio
DOWN = "notifications"


@dataclass(frozen=True)
class Gateway:
    """A gateway whose admissions and quota run and whose notifications do not."""

    address: str
    ports: list[int]


@contextmanager
def running_gateway(folder: Path, **environment: str) -> Iterator[Gateway]:
    port, *others = ports = pick_ports(4)
    services = dict(zip(SERVICES, others, strict=True))
    program = Path(__file__).with_name("upstream.py")
    command = gateway_command(port, services, folder)
    commands = [replace(command, environment={**command.environment, **environment})] + [
        Command(name, [sys.executable, str(program), str(services[name])])
        for name in SERVICES
        if name != DOWN
    ]
    children = [
        Child(command, folder / f"{command.name}.log", str(folder), ROOT) for command in commands
    ]
    try:
        yield Gateway(f"http://127.0.0.1:{port}", ports[:-1])
    finally:
        for child in children:
            child.stop(5)


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with running_gateway(tmp_path_factory.mktemp("gateway")) as gateway:
        yield gateway


async def until_it_listens(gateway: Gateway) -> None:
    await eventually(
        lambda: not any(is_free(port) for port in gateway.ports),
        within=15,
        because="the gateway and the two services listen",
    )


@asynccontextmanager
async def client_of(gateway: Gateway) -> AsyncIterator[httpx.AsyncClient]:
    await until_it_listens(gateway)
    async with httpx.AsyncClient(base_url=gateway.address) as client:
        yield client


@pytest_asyncio.fixture
async def client(gateway: Gateway) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(gateway) as client:
        yield client


def pick_ports(number: int) -> list[int]:
    picked: list[int] = []
    while len(picked) < number:
        picked.append(pick_port(picked))
    return picked


async def test_a_path_and_a_query_arrive_as_they_were_sent(client: httpx.AsyncClient) -> None:
    told = (await client.get("/quota/a%2Fb/%C3%BC%20x/..;/?b=1&&c=%7E&b=2")).json()
    assert told["path"] == "/quota/a%2Fb/%C3%BC%20x/..;/"
    assert told["query"] == "b=1&&c=%7E&b=2"


async def test_headers_arrive_as_they_were_sent_even_twice(client: httpx.AsyncClient) -> None:
    sent = [
        ("Authorization", "Bearer one"),
        ("Authorization", "Bearer two"),
        ("Accept-Language", "fr;q=0.9, en;q=0.8"),
        ("Idempotency-Key", "key"),
        ("If-Match", '"7"'),
    ]
    told = (await client.get("/admissions/v1/placements", headers=sent)).json()
    arrived = [(name, value) for name, value in told["headers"]]
    assert {(name.lower(), value) for name, value in sent} <= set(arrived)


async def forwarded(client: httpx.AsyncClient) -> list[str]:
    """Which addresses a service is told of a client that says to come from elsewhere."""
    sent = {"X-Forwarded-For": "192.0.2.7", "X-Forwarded-Proto": "https"}
    told = (await client.get("/quota/v1/quotas", headers=sent)).json()
    return [value for name, value in told["headers"] if name.lower() == "x-forwarded-for"]


async def test_a_client_has_the_address_it_comes_from(client: httpx.AsyncClient) -> None:
    assert await forwarded(client) == ["127.0.0.1"]


async def test_who_ends_tls_before_the_gateway_is_believed(tmp_path: Path) -> None:
    believed = "192.0.2.0/32 127.0.0.0/8"
    with running_gateway(tmp_path, HAFENLOTSE_TRUSTED_PROXIES=believed) as gateway:
        async with client_of(gateway) as client:
            assert await forwarded(client) == ["192.0.2.7, 127.0.0.1"]


async def test_a_body_of_several_megabytes_arrives_whole(client: httpx.AsyncClient) -> None:
    told = (await client.post("/admissions/v1/imports", content=b"x" * 5_000_000)).json()
    assert told["length"] == 5_000_000


async def test_no_header_tells_of_the_gateway(client: httpx.AsyncClient) -> None:
    answer = await client.get("/quota/v1/quotas")
    assert answer.headers["ETag"] == '"1"'
    assert "Via" not in answer.headers
    assert "caddy" not in answer.headers.get("Server", "").lower()


async def test_an_event_arrives_before_the_stream_ends(client: httpx.AsyncClient) -> None:
    async with client.stream("GET", "/quota/v1/stream", timeout=5) as answer:
        assert answer.headers["Content-Type"] == "text/event-stream"
        assert await anext(answer.aiter_bytes()) == b"data: first\n\n"


@pytest.mark.parametrize(
    ("accepted", "language", "title"),
    [
        ("", "de", "Gerade nicht verfügbar"),
        ("fr", "de", "Gerade nicht verfügbar"),
        ("de, en", "de", "Gerade nicht verfügbar"),
        ("en-GB, de", "en", "Unavailable"),
        ("fr, EN", "en", "Unavailable"),
    ],
)
async def test_a_service_that_is_down_is_a_problem_in_the_callers_language(
    client: httpx.AsyncClient, accepted: str, language: str, title: str
) -> None:
    answer = await client.get(f"/{DOWN}/v1/alerts", headers={"Accept-Language": accepted})
    assert answer.status_code == 503
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert int(answer.headers["Retry-After"]) >= 1
    assert answer.headers["Content-Language"] == language
    assert "Accept-Language" in answer.headers["Vary"]
    assert {name: answer.headers.get(name) for name in SAFE} == SAFE
    assert "Strict-Transport-Security" not in answer.headers
    problem = answer.json()
    assert problem["type"] == f"/{DOWN}/problems/unavailable"
    assert (problem["title"], problem["status"]) == (title, 503)
    assert problem["detail"]


@pytest.mark.parametrize("path", ["/", "/other/v1", "/admissionsx", "/v1/placements"])
async def test_a_path_of_no_service_is_not_found(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["type"] == "/admissions/problems/not-found"
    assert {name: answer.headers.get(name) for name in SAFE} == SAFE


@pytest.mark.parametrize("method", ["DELETE", "PATCH", "OPTIONS", "TRACE"])
async def test_every_method_reaches_the_service(client: httpx.AsyncClient, method: str) -> None:
    answer = await client.request(method, "/quota/v1/quotas")
    assert answer.json()["path"] == "/quota/v1/quotas"


@pytest.mark.parametrize("language", ["de", "en"])
async def test_a_method_that_nobody_knows_is_a_problem(
    client: httpx.AsyncClient, language: str
) -> None:
    headers = {"Accept-Language": language}
    answer = await client.request("FOO", "/quota/v1/quotas", headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (405, "/quota/problems/method")
    _, detail = PROBLEMS["method"][language]
    assert answer.json()["detail"] == detail.format(method="FOO")
    assert "GET" in answer.headers["Allow"]
    assert {name: answer.headers.get(name) for name in SAFE} == SAFE
    assert (await client.request("FOO", "/other")).status_code == 404


async def test_who_is_reached_by_tls_wants_to_be_reached_so(tmp_path: Path) -> None:
    with running_gateway(tmp_path, HAFENLOTSE_PUBLIC_ADDRESS="https://hafen.example") as gateway:
        async with client_of(gateway) as client:
            answer = await client.get("/")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


async def raw(gateway: Gateway, request: bytes) -> bytes:
    """All that is answered to these very bytes."""
    await until_it_listens(gateway)
    host, _, port = gateway.address.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    async with asyncio.timeout(10):
        writer.write(request)
        answered = await reader.read()
    writer.close()
    return answered


HIDDEN = b"GET /quota/hidden HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
SMUGGLED = {
    "two lengths": b"Content-Length: 0\r\nContent-Length: %d\r\n",
    "a list of lengths": b"Content-Length: 0, %d\r\n",
    "a length with a sign": b"Content-Length: +%d\r\n",
    "a length with a blank before the colon": b"Content-Length : %d\r\n",
    "chunks with a blank before it": b"Content-Length: %d\r\nTransfer-Encoding : chunked\r\n",
    "chunks in other words": b"Content-Length: %d\r\nTransfer-Encoding: xchunked\r\n",
    "chunks twice": b"Content-Length: %d\r\nTransfer-Encoding: chunked, chunked\r\n",
    "chunks behind another coding": b"Content-Length: %d\r\nTransfer-Encoding: gzip, chunked\r\n",
    "a header that goes on": b"Content-Length: %d\r\nX: a\r\n Transfer-Encoding: chunked\r\n",
    "a bare line feed": b"X: a\nContent-Length: %d\r\n",
}


@pytest.mark.parametrize("name", SMUGGLED)
async def test_no_request_is_smuggled_in_another(
    name: str, gateway: Gateway, client: httpx.AsyncClient
) -> None:
    assert (await client.get("/quota/v1")).status_code == 200
    head = b"POST /quota/shown HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    length = SMUGGLED[name] % len(HIDDEN)
    answered = await raw(gateway, head + length + b"\r\n" + HIDDEN)
    assert answered.count(b"HTTP/1.1 ") == 1
    assert b"hidden" not in answered


async def test_of_a_length_and_chunks_only_chunks_count(gateway: Gateway) -> None:
    head = b"POST /quota/shown HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    both = b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" % (5 + len(HIDDEN))
    answered = await raw(gateway, head + both + HIDDEN)
    assert answered.count(b"HTTP/1.1 ") == 1
    assert b"hidden" not in answered
    assert b'"transfer-encoding","chunked"' in answered.replace(b" ", b"")
