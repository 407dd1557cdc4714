"""When the mails about a load arrived, against when its placements were accepted."""

import email
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.figures import spread
from benchmarks.sending import Sent
from tests.end_to_end.alerts import ALERTS, DELIVERIES
from tests.end_to_end.quotas import CROSSINGS, balances, eventually_some
from tests.end_to_end.system import Json, System


async def arrivals(system: System, sent: Sequence[Sent], within: float) -> dict[str, float]:
    """Seconds from acceptance to mail, as `mail_p99_seconds` and so on, once every mail is there.

    `crossings` and `mails` count what the placements made.
    """
    accepted = accepted_at(sent)
    await balances(system, "sh-regular")  # all is counted
    fed = await system.coordination.fed(CROSSINGS)
    crossings = [one for one in fed if one["ledger_sequence"] in accepted]
    alerts = await alerts_of(system, crossings, within)
    mailed = await mailed_at(system, set(alerts), within)
    late = [mailed[name] - accepted[alert["ledger_sequence"]] for name, alert in alerts.items()]
    return {**spread("mail", late), "crossings": len(crossings), "mails": len(late)}


def accepted_at(sent: Sequence[Sent]) -> dict[int, float]:
    """Ledger number → when it was answered 201, in seconds of the epoch."""
    began = time.time() - time.monotonic()
    return {entry: began + one.answered_at for one in sent for entry in one.sequences}


async def alerts_of(system: System, crossings: list[Json], within: float) -> dict[str, Json]:
    """Id → alert of each crossing, once all are raised."""
    names = {f"{one['land']}:{one['sequence']}" for one in crossings}

    async def are_raised() -> dict[str, Json] | None:
        listed = await system.coordination.listed(ALERTS, limit=500)
        raised = {one["id"]: one for one in listed if one["crossing"] in names}
        return raised if len(raised) == len(names) else None

    raised: dict[str, Json] = await eventually_some(are_raised, f"{len(names)} alerts", within)
    return raised


async def mailed_at(system: System, alerts: set[str], within: float) -> dict[str, float]:
    """Alert → when the first mail about it arrived, in seconds of the epoch."""

    async def are_there() -> dict[str, float] | None:
        found = await mails_by_alert(system)
        return found if alerts <= found.keys() else None

    found: dict[str, float] = await eventually_some(
        are_there, f"a mail about each of {len(alerts)} alerts arrives", within
    )
    return found


async def mails_by_alert(system: System) -> dict[str, float]:
    """A mail names its delivery, and a delivery its alerts."""
    deliveries = await system.coordination.listed(DELIVERIES, limit=500)
    alerts_in = {one["id"]: one["alerts"] for one in deliveries}
    arrived: dict[str, float] = {}
    for delivery, at in mails_kept(Path(system.access["mail_sink"])):
        for alert in alerts_in.get(delivery, ()):
            arrived[alert] = min(at, arrived.get(alert, at))
    return arrived


def mails_kept(folder: Path) -> Iterator[tuple[str, float]]:
    """Delivery of each mail, and when it was wholly on the disk."""
    for file in folder.glob("*.eml"):
        mail = email.message_from_bytes(file.read_bytes())
        yield mail["Message-ID"].strip("<>").partition("@")[0], file.stat().st_mtime
