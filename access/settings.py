"""Settings that say who may come in."""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field
from pydantic_settings import NoDecode

from access.addresses import Networks
from access.claims import ClaimsMapping, read_json
from access.entrance import Entrance, Keys
from access.issuer import Issuer
from access.rate import RateLimit
from access.tokens import OF_MOST, TokenType

ADDRESS = r"^https?://\S+$"


class AccessSettings(BaseModel):
    """The issuer, how its tokens are read, and how often others may come."""

    issuer: str = Field(pattern=ADDRESS)
    issuer_inside: str | None = None
    audience: str = "hafenlotse"
    token_type: TokenType = OF_MOST
    claims: Annotated[ClaimsMapping, NoDecode, BeforeValidator(read_json)] = ClaimsMapping()
    rate_per_second: float = Field(default=300.0, gt=0, allow_inf_nan=False)
    rate_burst: int = Field(default=350, ge=1)
    stranger_rate_per_second: float = Field(default=300.0, gt=0, allow_inf_nan=False)
    stranger_rate_burst: int = Field(default=350, ge=1)
    gateways: Networks = "127.0.0.1"

    def entrance(self, keys: Keys) -> Entrance:
        """The entrance for the issuer's tokens and for API keys that `keys` knows."""
        issuer = Issuer(
            self.issuer,
            self.audience,
            self.issuer_inside,
            self.claims,
            token_type=self.token_type,
        )
        rate = self.stranger_rate_per_second, self.stranger_rate_burst
        return Entrance(issuer, keys, RateLimit(*rate, counted="address"))
