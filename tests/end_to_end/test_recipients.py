"""Who is told: recipients are made, shown, changed and removed; their addresses are checked."""

from typing import Any

import pytest

from tests.end_to_end.alerts import RECIPIENTS, a_recipient, register, register_hook, remove
from tests.end_to_end.problems import places, problem
from tests.end_to_end.system import Json, System
from tests.end_to_end.webhooks import WebhookSink

pytestmark = pytest.mark.asyncio(loop_scope="session")


def without_secret(recipient: Json) -> Json:
    return {name: value for name, value in recipient.items() if name != "secret"}


async def test_a_recipient_is_made_shown_listed_and_removed(system: System) -> None:
    wanted = a_recipient(language="en", standings=["over"])
    made = await system.coordination.post(RECIPIENTS, wanted)
    assert made.status_code == 201
    assert made.json().items() >= wanted.items()
    path = f"{RECIPIENTS}/{made.json()['id']}"
    assert made.headers["Location"].endswith(path)
    shown = await system.coordination.get(path)
    assert shown.headers["ETag"] == made.headers["ETag"]
    assert without_secret(shown.json()) == without_secret(made.json())
    assert shown.json() in await system.coordination.listed(RECIPIENTS, limit=500)
    assert (await remove(system, made)).status_code == 204
    problem(await system.coordination.get(path), 404, "not-found")
    problem(await remove(system, made), 404, "not-found")


async def test_what_needs_no_body_takes_none_that_says_something(system: System) -> None:
    made = await system.coordination.post(RECIPIENTS, a_recipient())
    path = f"{RECIPIENTS}/{made.json()['id']}/test"
    for body, status, slug in ((b"{", 400, "not-json"), (b'{"x": 1}', 422, "invalid")):
        problem(await system.coordination.post_bytes(path, body), status, slug)
    for body in (b"", b"{}"):
        sent = await system.coordination.post_bytes(path, body)
        assert sent.status_code == 202, sent.text
    await remove(system, made)


async def test_a_recipient_is_changed_by_who_has_seen_it(system: System) -> None:
    made = await register(system)
    path = f"{RECIPIENTS}/{made.json()['id']}"
    wanted = a_recipient(quotas=["sh-regular"], name="Andere Stelle")
    changed = await system.coordination.put(path, wanted, If_Match=made.headers["ETag"])
    assert changed.status_code == 200
    assert changed.json().items() >= wanted.items()
    assert changed.headers["ETag"] != made.headers["ETag"]
    stale = {"If_Match": made.headers["ETag"]}
    problem(await system.coordination.put(path, wanted, **stale), 412, "changed-meanwhile")
    problem(await system.coordination.delete(path, **stale), 412, "changed-meanwhile")
    problem(await system.coordination.put(path, wanted), 428, "if-match-missing")
    problem(await system.coordination.delete(path), 428, "if-match-missing")
    assert (await remove(system, changed)).status_code == 204


async def test_the_secret_of_a_webhook_is_shown_once(system: System, sink: WebhookSink) -> None:
    body = a_recipient(channel="webhook", address=sink.hook().address)
    key = {"Idempotency_Key": body["address"]}
    made = await system.coordination.post(RECIPIENTS, body, **key)
    assert made.json()["secret"].startswith("whsec_")
    replayed = await system.coordination.post(RECIPIENTS, body, **key)
    assert replayed.headers["Idempotency-Replayed"] == "true"
    assert replayed.json() == made.json() | {"secret": None}
    shown = await system.coordination.seen(f"{RECIPIENTS}/{made.json()['id']}")
    assert not shown.get("secret")
    assert "whsec_" not in str(await system.coordination.listed(RECIPIENTS, limit=500))
    await remove(system, made)


@pytest.mark.parametrize(
    "address",
    [
        *("", "nobody", "@example.org", "a@", "a b@example.org", "a@b@example.org"),
        *("a@example.org\nBcc: b@example.org", "a@example.org\r\n", "a@example.org\u0000"),
        *("Anna <a@example.org>", "a@example.org, b@example.org", "x" * 400 + "@example.org"),
        *(None, 1, ["a@example.org"]),
    ],
)
async def test_what_is_no_mail_address_is_refused(system: System, address: Any) -> None:
    answer = await system.coordination.post(RECIPIENTS, a_recipient(address=address))
    assert places(answer) == {"/address"}


@pytest.mark.parametrize(
    "address",
    [
        *("", "nothing", "ftp://example.org/", "file:///etc/passwd", "https://", "//example.org"),
        *(
            "http://localhost/",
            "http://LOCALHOST:80/",
            "https://localhost./",
            "https://a.localhost/",
        ),
        *("http://127.0.0.1:1/", "https://127.1/", "https://2130706433/", "https://0x7f000001/"),
        *("https://0177.0.0.1/", "https://0.0.0.0/", "https://[::1]/", "https://[::]/"),
        *("https://10.0.0.1/", "https://172.16.0.1/", "https://192.168.1.1/", "https://[fc00::1]/"),
        *("https://169.254.169.254/latest/", "https://100.64.0.1/", "https://[fe80::1]/"),
        *("https://[::ffff:127.0.0.1]/", "https://[64:ff9b::7f00:1]/", "https://[::127.0.0.1]/"),
        *("https://224.0.0.1/", "https://255.255.255.255/"),
        *("https://user:password@example.org/", "https://exa mple.org/"),
        *("https://example.org/\r\nHost: inside", None, 1),
    ],
)
async def test_a_webhook_that_leads_inside_or_nowhere_is_refused(
    system: System, address: Any
) -> None:
    body = a_recipient(channel="webhook", address=address)
    assert places(await system.coordination.post(RECIPIENTS, body)) == {"/address"}


async def test_only_the_very_sink_is_reached_on_the_loopback(
    system: System, sink: WebhookSink
) -> None:
    host, _, port = sink.address.removeprefix("http://").rpartition(":")
    near = [
        *(f"http://{host}:{int(port) + 1}/", f"http://localhost:{port}/"),
        *(f"https://{host}:{port}/", f"http://a@{host}:{port}/", f"http://[::1]:{port}/"),
    ]
    for address in near:
        body = a_recipient(channel="webhook", address=address)
        assert places(await system.coordination.post(RECIPIENTS, body)) == {"/address"}, address


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"channel": "fax"}, "/channel"),
        ({"language": "fr"}, "/language"),
        ({"standings": ["above"]}, "/standings/0"),
        ({"standings": "over"}, "/standings"),
        ({"quotas": "sh-regular"}, "/quotas"),
        ({"quotas": ["sh-regular", 1]}, "/quotas/1"),
        ({"name": ""}, "/name"),
        ({"name": "Stelle\r\nBcc: b@example.org"}, "/name"),
        ({"name": "Stelle\u0000"}, "/name"),
        ({"phone": "0461"}, "/phone"),
    ],
)
async def test_a_recipient_with_a_wrong_value_is_refused(
    system: System, changes: Json, place: str
) -> None:
    answer = await system.coordination.post(RECIPIENTS, a_recipient(**changes))
    assert places(answer) == {place}
    made = await register(system)
    path = f"{RECIPIENTS}/{made.json()['id']}"
    tag = {"If_Match": made.headers["ETag"]}
    assert places(await system.coordination.put(path, a_recipient(**changes), **tag)) == {place}
    await remove(system, made)


async def test_all_faults_of_a_recipient_are_named_at_once(system: System) -> None:
    body = {"channel": "fax", "standings": ["above"], "language": "fr", "phone": "1"}
    found = places(await system.coordination.post(RECIPIENTS, body))
    assert found >= {
        *("/channel", "/standings/0", "/language", "/phone"),
        *("/name", "/quotas"),
    }


async def test_a_webhook_keeps_its_secret_when_it_is_changed(
    system: System, sink: WebhookSink
) -> None:
    made = await register_hook(system, sink.hook())
    path = f"{RECIPIENTS}/{made.json()['id']}"
    wanted = a_recipient(channel="webhook", address=sink.hook().address)
    changed = await system.coordination.put(path, wanted, If_Match=made.headers["ETag"])
    assert changed.status_code == 200
    assert not changed.json().get("secret")
    await remove(system, changed)
