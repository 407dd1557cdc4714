"""What is published of each topic, who publishes it, and how to publish all of it again."""

from typing import Any

import click

from hafenlotse.acting import acting, trying
from hafenlotse.installation import Installation
from hafenlotse.output import Answer, Table, answering, code
from hafenlotse.store.relays import Leader, forget_published, load_leader
from services.admissions.store.lands import load_sequences
from services.quota.store.crossings import load_heads
from shared.codes import LANDS, Land, instant_text
from shared.postgres import Connection
from shared.store.relays import load_published
from shared.topics import CROSSINGS, PLACEMENTS

OWNERS = {PLACEMENTS: "admissions", CROSSINGS: "quota"}
HEADS = {PLACEMENTS: load_sequences, CROSSINGS: load_heads}
one_land = click.option("--land", type=click.Choice(LANDS), help="This Land only.")


@click.command("relay")
@answering
async def relay(installation: Installation) -> Answer:
    """How far each topic is published, per Land, and who leads.

    Exits with 1 where nobody leads, or more is published than there is.
    """
    topics = []
    for topic, owner in OWNERS.items():
        async with installation.database(owner) as database, database.acquire() as tx:
            topics.append(await _state_of(tx, topic))
    wrong = [one for one in topics if one["leader"] is None or _is_cut(one)]
    return Answer(
        {"topics": topics}, [_leaders(topics), _positions(topics)], code(is_finding=bool(wrong))
    )


async def _state_of(tx: Connection, topic: str) -> dict[str, Any]:
    published, heads = await load_published(tx), await HEADS[topic](tx)
    lands = [
        {
            "land": land,
            "published": (at := published[land].sequence if land in published else 0),
            "head": (head := heads.get(land, 0)),
            "lag": head - at,
        }
        for land in sorted(published.keys() | heads.keys())
    ]
    return {"topic": topic, "leader": _leader(await load_leader(tx)), "lands": lands}


def _leader(leader: Leader | None) -> dict[str, Any] | None:
    if leader is None:
        return None
    return {"pid": leader.pid, "client": leader.client, "since": instant_text(leader.since)}


def _is_cut(topic: dict[str, Any]) -> bool:
    """Whether the owner no longer knows what it once published."""
    return any(land["lag"] < 0 for land in topic["lands"])


def _leaders(topics: list[dict[str, Any]]) -> Table:
    rows = [
        (one["topic"], OWNERS[one["topic"]], *(one["leader"] or dict.fromkeys("abc")).values())
        for one in topics
    ]
    return Table(("topic", "service", "leader's connection", "from", "since"), rows)


def _positions(topics: list[dict[str, Any]]) -> Table:
    rows = [(one["topic"], *land.values()) for one in topics for land in one["lands"]]
    return Table(("topic", "land", "published", "head", "lag"), rows)


@click.command("rebuild-topic")
@click.argument("topic", type=click.Choice(list(OWNERS)))
@one_land
@click.option("--yes", is_flag=True, help="Yes, all of it again.")
@answering
async def rebuild_topic(
    installation: Installation, topic: str, land: Land | None, *, yes: bool
) -> Answer:
    """Publish a topic again from number 1; readers drop what they know.

    `relay` shows how far it is.
    """
    if not yes:
        raise click.UsageError(f"This publishes all of {topic} again: say --yes.")
    owner, named = OWNERS[topic], ("rebuild-topic", f"{topic} {land or 'all'}")
    async with (
        trying(installation.database(owner), *named),
        installation.database(owner) as database,
        acting(database, *named) as tx,
    ):
        forgotten = await forget_published(tx, land)
        heads = await HEADS[topic](tx)
    again = {each: heads.get(each, 0) for each in sorted(forgotten)}
    table = Table(("land", "published again"), again.items())
    return Answer({"topic": topic, "lands": again}, [table])
