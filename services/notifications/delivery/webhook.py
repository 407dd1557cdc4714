"""Alerts as webhooks by Standard Webhooks 1.0, to public addresses only."""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import ip_address

import httpx
import orjson
from standardwebhooks import Webhook

from access.seal import Seal, SealBroken
from services.notifications.delivery.channel import Notice, Parcel
from services.notifications.domain.alert import as_raised
from services.notifications.domain.delivery import ACCEPTED, Outcome, Verdict
from services.notifications.domain.documents import to_document
from services.notifications.domain.recipient import ChannelCode
from services.notifications.domain.target import (
    AddressInside,
    IPAddress,
    Target,
    leads_inside,
    read_target,
    refuse_inside,
)
from shared.codes import Refusal, instant_text

RAISED, REMINDER, TEST = "alert.raised.v1", "alert.reminder.v1", "alert.test.v1"
QUICK_TRIES, QUICK_SECONDS, PATIENT_SECONDS = 3, 3.0, 20.0
"""Three tries must fit into 15 s even where nobody answers; later ones wait longer."""

STEP_PART = 0.8
"""Connecting, or one read, may take this part: httpx then closes what it opened."""


class NameUnknown(Exception):
    """No address is known for a name."""


CODES: tuple[tuple[type[Exception], str], ...] = (
    (NameUnknown, "name-unknown"),
    (TimeoutError, "timed-out"),
    (SealBroken, "secret-unreadable"),
    (httpx.TimeoutException, "timed-out"),
    (httpx.ConnectError, "not-reachable"),
    (Exception, "no-http-answer"),
)


Resolve = Callable[[str], Awaitable[Sequence[IPAddress]]]
"""The addresses of a name, one or more, or NameUnknown."""


async def ask_the_system(name: str) -> Sequence[IPAddress]:
    """What the machine's resolver says at this moment."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as failure:
        raise NameUnknown(name) from failure
    return [ip_address(str(place[4][0])) for place in found]


class WebhookChannel:
    """Posts what is signed; only 410 and what leads inside are never tried again."""

    code = ChannelCode.WEBHOOK
    slots, per_recipient = 16, 4

    def __init__(self, seal: Seal, allowed: str | None, resolve: Resolve | None = None) -> None:
        self._seal = seal
        self._allowed = read_target(allowed) if allowed else None
        self._resolve = resolve or ask_the_system
        self._client = httpx.AsyncClient(
            trust_env=False,
            follow_redirects=False,
            limits=httpx.Limits(max_connections=self.slots, max_keepalive_connections=0),
        )

    def write(self, notice: Notice) -> bytes:
        """The body: each alert as it stood when it was raised, and which reminder it is."""
        alerts, number = notice.alerts, notice.delivery.reminder
        data: dict[str, object] = {"alerts": [to_document(as_raised(alert)) for alert in alerts]}
        kind = TEST if not alerts else REMINDER if number else RAISED
        if number:
            data["reminder"] = number
        planned_at = instant_text(notice.delivery.planned_at)
        return orjson.dumps({"type": kind, "timestamp": planned_at, "data": data})

    async def send(self, parcel: Parcel) -> Outcome:
        try:
            async with asyncio.timeout(_seconds_for(parcel)):
                status = await self._post(parcel)
        except (Refusal, NameUnknown, SealBroken, OSError, httpx.HTTPError) as failure:
            return _outcome_of(failure)
        return _answered(status)

    async def _post(self, parcel: Parcel) -> int:
        """The status of the answer; the rest of it is never read."""
        target = read_target(parcel.recipient.wish.address or "")
        refuse_inside(target, self._allowed)
        addresses = await self._addresses_of(target)
        for address in addresses[:-1]:
            try:
                return await self._post_to(address, target, parcel)
            except httpx.ConnectError:
                continue
        return await self._post_to(addresses[-1], target, parcel)

    async def _addresses_of(self, target: Target) -> Sequence[IPAddress]:
        """What the name means at this moment, asked once; AddressInside if any is inside."""
        if target.literal:
            return [target.literal]
        addresses = await self._resolve(target.host)
        is_allowed = self._allowed and target.origin == self._allowed.origin
        if not is_allowed and any(map(leads_inside, addresses)):
            raise AddressInside
        return addresses

    async def _post_to(self, address: IPAddress, target: Target, parcel: Parcel) -> int:
        """Connect to this very address, but ask for the name: in `Host` and in TLS."""
        recipient = parcel.recipient
        secret = self._seal.open(recipient.secret or "", str(recipient.id))
        request = self._client.build_request(
            "POST",
            _url(address, target),
            content=parcel.content,
            headers={"Host": _authority(target), **_signed(parcel, secret)},
            extensions={"sni_hostname": target.host},
            timeout=STEP_PART * _seconds_for(parcel),
        )
        answer = await self._client.send(request, stream=True)
        await answer.aclose()
        return answer.status_code

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()


def _seconds_for(parcel: Parcel) -> float:
    return QUICK_SECONDS if parcel.tries <= QUICK_TRIES else PATIENT_SECONDS


def _url(address: IPAddress, target: Target) -> httpx.URL:
    return httpx.URL(
        scheme=target.scheme,
        host=str(address),
        port=target.port,
        raw_path=target.path.encode("ascii"),
    )


def _authority(target: Target) -> str:
    host = f"[{target.host}]" if ":" in target.host else target.host
    is_default = (target.scheme, target.port) in {("http", 80), ("https", 443)}
    return host if is_default else f"{host}:{target.port}"


def _signed(parcel: Parcel, secret: str) -> dict[str, str]:
    message_id, content = str(parcel.delivery), parcel.content.decode()
    signature = Webhook(secret).sign(message_id, parcel.at, content)
    return {
        "Content-Type": "application/json",
        "User-Agent": "Hafenlotse",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(parcel.at.timestamp())),
        "webhook-signature": signature,
    }


def _outcome_of(failure: Exception) -> Outcome:
    if isinstance(failure, Refusal):
        return Outcome(Verdict.REFUSED, failure.code)
    if isinstance(failure, httpx.ConnectError) and _is_about_tls(failure):
        return Outcome(Verdict.RETRY, "tls-failed")
    return next(Outcome(Verdict.RETRY, code) for kind, code in CODES if isinstance(failure, kind))


def _is_about_tls(failure: BaseException | None) -> bool:
    while failure and not isinstance(failure, ssl.SSLError):
        failure = failure.__cause__ or failure.__context__
    return failure is not None


def _answered(status: int) -> Outcome:
    if 200 <= status <= 299:
        return ACCEPTED
    if 300 <= status <= 399:
        return Outcome(Verdict.RETRY, f"redirected-{status}")
    return Outcome(Verdict.REFUSED if status == 410 else Verdict.RETRY, f"http-{status}")
