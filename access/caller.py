"""Who calls, and what they may read and change."""

from dataclasses import dataclass, field

from shared.codes import Role


class TokenInvalid(Exception):
    """A token or key that is not from whom it says, not for us, or not valid now."""


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

    def may_read_land(self, land: str) -> bool:
        """Whether the Land is within the token's reach."""
        return land in self.lands

    def has(self, *roles: Role) -> bool:
        """Whether the caller has one of the roles."""
        return not self.roles.isdisjoint(roles)

    def acts_for(self, unit: str) -> bool:
        """Whether the caller may change what belongs to a unit."""
        if unit[:2] not in self.lands:
            return False
        return self.has(Role.COORDINATION) or (self.has(Role.CITY) and unit in self.units)

    def reads_of(self, unit: str) -> bool:
        """Whether the caller may see placements of a unit."""
        return self.acts_for(unit) or (unit[:2] in self.lands and self.has(Role.AUDITOR))
