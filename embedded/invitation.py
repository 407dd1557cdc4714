"""What `up` says at the end: where it is, how to get in, three commands to try."""

import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from embedded.home import Home

COMMANDS = r"""
{address} is ready ({seconds:.1f} s).
Clients and secrets are in {access} (for trying out, on this machine only).

Three commands to try, in this order:

  TOKEN=$(curl -s -K {curl} -d grant_type=client_credentials \
    {token_url} | sed 's/.*"access_token":"\([^"]*\)".*/\1/')

  curl -s {address}/admissions/v1/placements -H "Authorization: Bearer $TOKEN" \
    -H "Idempotency-Key: try-$(date +%s)" -H "Content-Type: application/json" \
    -d '{{"unit":"01001","programme":"safe-harbour","persons":3,"effective_on":"{today}"}}'

  curl -s {address}/notifications/v1/alerts -H "Authorization: Bearer $TOKEN"

'make status' shows the processes, 'make logs' what they say, 'make down' stops them.
"""


def invitation(home: Home, seconds: float) -> str:
    """The text, with the addresses of this state folder."""
    access = json.loads(home.access.read_text(encoding="utf-8"))
    return COMMANDS.format(
        address=access["address"],
        seconds=seconds,
        access=home.access,
        curl=home.secrets / "curl" / "coordination",
        token_url=access["token_url"],
        today=datetime.now(UTC).astimezone(ZoneInfo("Europe/Berlin")).date(),
    ).rstrip()
