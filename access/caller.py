"""Who calls, and what they may read and change."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from access.reach import Reach
from shared.codes import Role, instant_text

LAST_SECOND = 253_402_300_799
"""Of the year 9999: a token may end later than dates can say."""


class TokenInvalid(Exception):
    """A token or key that is not from whom it says, not for us, or not valid now."""


class TokenMissing(Exception):
    """There is neither a token nor a key."""


class TooMany(Exception):
    """Too much came without a good token from where this comes from."""


class IssuerUnavailable(Exception):
    """Whoever knows about this token or key can't be asked now."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: the token's subject, roles, Länder and, for cities, units; and when it ends."""

    client: str
    roles: frozenset[Role]
    lands: frozenset[str]
    units: frozenset[str]
    ends_at: float = field(compare=False)  # seconds of the epoch
    scopes: frozenset[str] | None = None
    """What an API key may be used for; None: the roles alone decide."""

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "Caller":
        """The caller that `document` of another process describes."""
        listed = ("roles", "lands", "units", "scopes")
        roles, lands, units, scopes = (document[name] for name in listed)
        return cls(
            client=document["client"],
            roles=frozenset(map(Role, roles)),
            lands=frozenset(lands),
            units=frozenset(units),
            ends_at=datetime.fromisoformat(document["ends_at"]).timestamp(),
            scopes=None if scopes is None else frozenset(scopes),
        )

    def document(self) -> dict[str, Any]:
        """The caller for whoever asks who they are."""
        ends_at = datetime.fromtimestamp(min(self.ends_at, LAST_SECOND), UTC)
        return {
            "client": self.client,
            "roles": sorted(self.roles),
            "lands": sorted(self.lands),
            "units": sorted(self.units),
            "scopes": None if self.scopes is None else sorted(self.scopes),
            "ends_at": instant_text(ends_at),
        }

    def may_use(self, scope: str) -> bool:
        """Whether the caller's key, if it is one, is for this."""
        return self.scopes is None or scope in self.scopes

    def may_read_land(self, land: str) -> bool:
        """Whether the Land is within the token's reach."""
        return land in self.lands

    def has(self, *roles: Role) -> bool:
        """Whether the caller has one of the roles."""
        return not self.roles.isdisjoint(roles)

    @property
    def reach(self) -> Reach:
        """What the database shows to the caller's requests: at most what the token reaches."""
        if self.has(Role.COORDINATION, Role.AUDITOR, Role.SERVICE):
            return self.lands
        return frozenset(unit for unit in self.units if self.acts_for(unit))

    def acts_for(self, unit: str) -> bool:
        """Whether the caller may change what belongs to a unit."""
        if unit[:2] not in self.lands:
            return False
        return self.has(Role.COORDINATION) or (self.has(Role.CITY) and unit in self.units)

    def reads_of(self, unit: str) -> bool:
        """Whether the caller may see placements of a unit."""
        return self.acts_for(unit) or (unit[:2] in self.lands and self.has(Role.AUDITOR))
