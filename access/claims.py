"""Which claims of an issuer give our roles, Länder and units: a setting."""

import json
import re
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from access.caller import Caller, TokenInvalid
from shared.codes import LANDS, Role

MOST_CLIENT_CHARACTERS = 255
OF_API_KEYS = "api-key:"
"""So the clients of API keys are called; no token may call itself so."""

POINTER = re.compile(r"(/([^/~]|~[01])+)+")
UNIT = re.compile(r"[0-9]{5,8}")
Claims = dict[str, Any]


def check_pointer(written: str) -> str:
    """An RFC 6901 pointer to a claim, such as /realm_access/roles."""
    if not POINTER.fullmatch(written):
        raise ValueError("write a JSON pointer, such as /realm_access/roles")
    return written


class Source(BaseModel):
    """Where texts stand in the claims, and how they become ours.

    `values` translates, and drops what it does not name; `prefix` is cut off, and what lacks it is
    dropped; `form` is `words` where the claim is one text with spaces; `always` asks no claim.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    at: Annotated[str, AfterValidator(check_pointer)] | None = None
    form: Literal["list", "words"] = "list"
    prefix: str = ""
    values: dict[str, str] | None = Field(default=None, min_length=1)
    always: list[str] | None = Field(default=None, min_length=1)

    @model_validator(mode="after")
    def check_whole(self) -> Self:
        """Exactly one of a claim and a constant."""
        if (self.at is None) == (self.always is None):
            raise ValueError("name either a claim ('at') or what holds always ('always')")
        return self

    def texts(self, claims: Claims) -> frozenset[str]:
        """Our texts in the claims; TokenInvalid where the claim has another form."""
        if self.always is not None:
            return frozenset(self.always)
        named = self._listed(_found(claims, self.at or ""))
        cut = [one.removeprefix(self.prefix) for one in named if one.startswith(self.prefix)]
        if self.values is None:
            return frozenset(cut)
        return frozenset(self.values[one] for one in cut if one in self.values)

    def _listed(self, found: Any) -> list[str]:
        if found is None:
            return []
        if self.form == "words" and isinstance(found, str):
            return found.split()
        if self.form == "list" and isinstance(found, list):
            return [one for one in found if isinstance(one, str)]
        raise TokenInvalid(f"{self.at} has another form than {self.form}")

    def ours(self) -> list[str]:
        """Every text that this source is set to give."""
        return [*(self.values or {}).values(), *(self.always or [])]


class ClaimsMapping(BaseModel):
    """The three sources; by default the claims `roles`, `lands` and `units`."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    roles: Source = Source(at="/roles")
    lands: Source = Source(at="/lands")
    units: Source = Source(at="/units")

    @model_validator(mode="after")
    def check_ours(self) -> Self:
        """What is translated must become something that we know."""
        wrong = [
            *(one for one in self.roles.ours() if one not in list(Role)),
            *(one for one in self.lands.ours() if one not in LANDS),
            *(one for one in self.units.ours() if not UNIT.fullmatch(one)),
        ]
        if wrong:
            raise ValueError(f"these are no roles, Länder or units: {', '.join(wrong)}")
        return self

    def caller_of(self, claims: Claims) -> Caller:
        """Whom the claims of a verified token describe, or TokenInvalid."""
        client: str = claims["sub"]
        is_name = client.isprintable() and not client.startswith(OF_API_KEYS)
        if not is_name or len(client) > MOST_CLIENT_CHARACTERS:
            raise TokenInvalid("sub is no name")
        roles = self.roles.texts(claims)
        return Caller(
            client=client,
            roles=frozenset(role for role in Role if role in roles),
            lands=self.lands.texts(claims),
            units=self.units.texts(claims),
            ends_at=claims["exp"],
        )


def read_json(written: object) -> object:
    """A setting's JSON text as what it says; an empty one says nothing."""
    return json.loads(written or "{}") if isinstance(written, str) else written


def _found(claims: Claims, pointer: str) -> Any:
    """What a pointer leads to; None where it leads nowhere."""
    place: Any = claims
    for step in pointer[1:].split("/"):
        name = step.replace("~1", "/").replace("~0", "~")
        place = place.get(name) if isinstance(place, dict) else None
    return place
