"""Who is told of crossings: listed, added, tried, and removed."""

from typing import Any
from uuid import UUID

import click
from pydantic import ValidationError
from uuid_utils.compat import uuid7

from hafenlotse.acting import acting, on_record
from hafenlotse.installation import Installation
from hafenlotse.output import Answer, Table, answering
from services.notifications.api.recipients import sealed, secret_for, to_document
from services.notifications.api.wishes import ALLOWED, RecipientBody
from services.notifications.domain.delivery import RECIPIENT_DELETED, Attempt, plan_test
from services.notifications.domain.recipient import ChannelCode, Recipient
from services.notifications.store import deliveries
from services.notifications.store import recipients as store
from shared.clock import now
from shared.codes import LANDS, Land, Standing
from shared.http.faults import faults_of
from shared.http.problems import FAULTS
from shared.postgres import Connection

MOST = 10_000
NEWEST = 2**63 - 1
HEAD = ("id", "name", "channel", "address", "quotas", "standings", "language", "lands")


@click.group("recipients")
def recipients() -> None:
    """Who is told of crossings."""


@recipients.command("list")
@answering
async def list_them(installation: Installation) -> Answer:
    """Every recipient, newest first."""
    async with installation.database("notifications") as database, database.acquire() as tx:
        found = await store.list_recipients(tx, LANDS, NEWEST, MOST)
    items = [_document(recipient) for _, recipient in found]
    return Answer({"items": items}, [_table(items)])


@recipients.command("add")
@click.option("--name", required=True)
@click.option("--channel", type=click.Choice([each.value for each in ChannelCode]), required=True)
@click.option("--address", help="A mailbox, or an http(s) address.")
@click.option("--quota", "quotas", multiple=True, help="Of these quotas only.")
@click.option(
    "--standing", "standings", multiple=True, type=click.Choice([each.value for each in Standing]),
    help="Of units that now stand so only.",
)  # fmt: skip
@click.option("--language", type=click.Choice(["de", "en"]), default="de", show_default=True)
@click.option("--land", "lands", multiple=True, type=click.Choice(LANDS), default=("01",),
              show_default=True)  # fmt: skip
@answering
@on_record("notifications", "recipients add")
async def add(installation: Installation, /, lands: tuple[Land, ...], **wish: Any) -> Answer:
    """Add a recipient; a webhook's secret is shown this once."""
    ALLOWED.set(installation.notifications.webhook_allowed)
    body = _body(wish)
    secret = secret_for(body)
    made = sealed(
        Recipient(uuid7(), body.wish(), lands, None, 1), secret, installation.notifications.seal
    )
    async with (
        installation.database("notifications") as database,
        acting(database, "recipients add", str(made.id)) as tx,
    ):
        await store.insert_recipient(tx, made)
    shown: list[Table | str] = [_table([_document(made)])]
    if secret:
        shown.append(f"Its secret, shown this once: {secret}")
    return Answer(_document(made) | {"secret": secret}, shown)


def _body(wish: dict[str, Any]) -> RecipientBody:
    """By the rules of the interface; a fault is wrong use."""
    lists = {name: list(wish.pop(name)) or None for name in ("quotas", "standings")}
    try:
        return RecipientBody.model_validate(wish | lists)
    except ValidationError as wrong:
        faults = faults_of(
            {**error, "loc": ("body", *error["loc"])} for error in wrong.errors(include_url=False)
        )
        said = [
            f"{fault.pointer}: {FAULTS[fault.code]['en'].format_map(fault.facts)}"
            for fault in faults
        ]
        raise click.UsageError("\n".join(said)) from wrong


@recipients.command("test")
@click.argument("recipient", type=click.UUID)
@answering
@on_record("notifications", "recipients test", "recipient")
async def send_test(installation: Installation, recipient: UUID) -> Answer:
    """Send something marked as a test; the service sends it within seconds."""
    async with (
        installation.database("notifications") as database,
        acting(database, "recipients test", str(recipient)) as tx,
    ):
        found = await _locked(tx, recipient)
        planned = plan_test(uuid7(), found, now())
        await deliveries.insert_deliveries(tx, [planned])
    document = {"recipient": str(recipient), "delivery": str(planned.id)}
    return Answer(document, [Table(tuple(document), [tuple(document.values())])])


@recipients.command("remove")
@click.argument("recipient", type=click.UUID)
@answering
@on_record("notifications", "recipients remove", "recipient")
async def remove(installation: Installation, recipient: UUID) -> Answer:
    """Forget a recipient; what is under way to it is given up."""
    async with (
        installation.database("notifications") as database,
        acting(database, "recipients remove", str(recipient)) as tx,
    ):
        found = await _locked(tx, recipient)
        await store.delete_recipient(tx, found.id)
        await deliveries.give_up_all(tx, found.id, Attempt(now(), RECIPIENT_DELETED.code))
    return Answer({"removed": str(found.id)}, [f"Removed {found.wish.name}."])


async def _locked(tx: Connection, recipient: UUID) -> Recipient:
    found = await store.lock_recipient(tx, recipient, LANDS)
    if found is None:
        raise click.UsageError(f"There is no recipient {recipient}.")
    return found


def _document(recipient: Recipient) -> dict[str, Any]:
    return to_document(recipient) | {"lands": list(recipient.lands)}


def _table(items: list[dict[str, Any]]) -> Table:
    return Table(HEAD, [tuple(map(_cell, map(item.get, HEAD))) for item in items])


def _cell(value: object) -> object:
    """What names nothing means all of them."""
    return ", ".join(value) if isinstance(value, list | tuple) else value
