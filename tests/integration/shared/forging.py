"""Tokens that nobody may believe: each kind made from what a stranger has, or an issuer's slip."""

import hmac
import json
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc import jwe, jwt
from joserfc.jwk import ECKey, RSAKey

from embedded.issuer import ALGORITHM
from tests.integration.shared.issuers import IssuerInTest, a_key, decoded, part, with_header

Forge = Callable[[IssuerInTest], str]
P256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
GOOD = {"alg": ALGORITHM, "kid": "first", "typ": "at+jwt"}
ADDRESS = "http://127.0.0.1:9/keys"


def hmac_with(secret_of: Callable[[ECKey], bytes], algorithm: str = "HS256") -> Forge:
    """The published key taken as a shared secret: the classic mix of algorithms."""

    def forge(issuer: IssuerInTest) -> str:
        signing = f"{part({**GOOD, 'alg': algorithm})}.{part(issuer.claims())}"
        digest = hmac.digest(secret_of(issuer.key), signing.encode(), f"sha{algorithm[2:]}")
        return f"{signing}.{part(digest)}"

    return forge


def signed(key: ECKey, header: Any, payload: Any) -> str:
    """Whatever header and payload, with a true signature by this key (ES256)."""
    signing = f"{part(header)}.{part(payload)}"
    private = key.get_op_key("sign")
    return f"{signing}.{part(raw(private.sign(signing.encode(), ECDSA(SHA256()))))}"


def raw(signature: bytes) -> bytes:
    """A signature in DER as JWS writes it: two numbers of 32 bytes."""
    return pair(*decode_dss_signature(signature))


def pair(first: int, second: int, size: int = 32) -> bytes:
    return first.to_bytes(size, "big") + second.to_bytes(size, "big")


def by_a_stranger(**header: Any) -> Forge:
    """Signed well, but by a key that the issuer never published."""

    def forge(issuer: IssuerInTest) -> str:
        stranger = a_key("first")
        shown = {"jwk": stranger.as_dict(private=False)} if "jwk" in header else {}
        return signed(stranger, {**GOOD, **header, **shown}, issuer.claims())

    return forge


def by_the_issuer(**header: Any) -> Forge:
    """Signed by the issuer's own key, under a header that it should not have."""
    return lambda issuer: signed(issuer.key, {**GOOD, **header}, issuer.claims())


def of_another_kind(**claims: Any) -> Forge:
    """What the issuer signs beside access tokens, under the type that it may share with them."""

    def forge(issuer: IssuerInTest) -> str:
        return signed(issuer.key, {**GOOD, "typ": "JWT"}, issuer.claims(**claims))

    return forge


def over(payload: bytes, header: bytes | None = None) -> Forge:
    """Any bytes as claims, and as the header, signed by the issuer's own key."""
    return lambda issuer: signed(issuer.key, header or GOOD, payload)


def twice(name: str, first: Any, second: Any) -> Forge:
    """The same claim twice, where one reader takes the first and another the last."""

    def forge(issuer: IssuerInTest) -> str:
        members = json.dumps(issuer.claims(**{name: second}))[1:]
        return over(f'{{"{name}":{json.dumps(first)},{members}'.encode())(issuer)

    return forge


def signature_of(change: Callable[[int, int], bytes]) -> Forge:
    """The good token with a signature made from its own two numbers."""

    def forge(issuer: IssuerInTest) -> str:
        signing, _, signature = issuer.token().rpartition(".")
        own = decoded(signature)
        numbers = int.from_bytes(own[:32], "big"), int.from_bytes(own[32:], "big")
        return f"{signing}.{part(change(*numbers))}"

    return forge


def text(change: Callable[[str, str, str], str]) -> Forge:
    """The good token's three parts, put together otherwise."""
    return lambda issuer: change(*issuer.token().split("."))


def encrypted(issuer: IssuerInTest) -> str:
    header = {"alg": "ECDH-ES", "enc": "A256GCM", "kid": "first"}
    shown = issuer.key.as_dict(private=False)
    public = ECKey.import_key({name: shown[name] for name in ("kty", "crv", "x", "y")})
    return jwe.encrypt_compact(header, json.dumps(issuer.claims()).encode(), public)


def nested(issuer: IssuerInTest) -> str:
    return over(issuer.token().encode())(issuer)


def of_another_kind_of_key(issuer: IssuerInTest) -> str:
    stranger = RSAKey.generate_key(2048)
    return jwt.encode({"alg": "RS256", "kid": "first"}, issuer.claims(), stranger)


def with_other_claims(issuer: IssuerInTest) -> str:
    header, _, signature = issuer.token().split(".")
    return f"{header}.{part(issuer.claims(roles=['operator']))}.{signature}"


def as_json(issuer: IssuerInTest) -> str:
    header, payload, signature = issuer.token().split(".")
    return json.dumps({"protected": header, "payload": payload, "signature": signature})


def spare_bits(good: str) -> str:
    """The same bytes, written with other letters: the last one's spare bits are set."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return good[:-1] + letters[letters.index(good[-1]) | 1]


OF_OTHER_KINDS: dict[str, Forge] = {
    "ID token of a code with nonce": of_another_kind(nonce="n-0S6_WzA2Mj"),
    "ID token beside an access token": of_another_kind(at_hash="77QmUPtjPfzWtF2AnpK9RQ"),
    "ID token beside a code": of_another_kind(c_hash="LDktKdoQak3Pk0cnXxCltA"),
    "ID token beside a state": of_another_kind(s_hash="LDktKdoQak3Pk0cnXxCltA"),
    "ID token of Keycloak": of_another_kind(typ="ID", azp="web"),
    "refresh token of Keycloak": of_another_kind(typ="Refresh"),
    "offline token of Keycloak": of_another_kind(typ="Offline"),
    "bound token of Keycloak": of_another_kind(typ="DPoP"),
    "logout token": of_another_kind(
        events={"http://schemas.openid.net/event/backchannel-logout": {}}
    ),
    "ID token of Cognito": of_another_kind(token_use="id"),
    "kind as list": of_another_kind(typ=["Bearer"]),
}
"""Whatever an issuer's access tokens call themselves, these are none."""

OF_NO_CLEAR_KIND: dict[str, Forge] = {
    "typ that ID tokens have, too": of_another_kind(),
    "no typ": lambda issuer: signed(
        issuer.key, {"alg": ALGORITHM, "kid": "first"}, issuer.claims()
    ),
}
"""Of an issuer whose access tokens say that they are some, these are none."""

FORGED: dict[str, Forge] = OF_OTHER_KINDS | {
    "alg none": with_header({"alg": "none", "kid": "first"}),
    "alg NONE": with_header({"alg": "NONE"}),
    "alg none, well signed": by_the_issuer(alg="none"),
    "alg in small letters": by_the_issuer(alg="es256"),
    "alg in wide letters": by_the_issuer(alg="\uff25\uff33256"),
    "alg empty": by_the_issuer(alg=""),
    "no alg": with_header({"kid": "first"}),
    "alg as list": with_header({"alg": ["ES256"], "kid": "first"}),
    "alg as object": with_header({"alg": {"ES256": 1}, "kid": "first"}),
    "alg of another curve": by_the_issuer(alg="ES384"),
    "alg of another kind of key": by_the_issuer(alg="RS256"),
    "header as list": with_header([{"alg": "ES256"}]),
    "header as text": with_header("alg"),
    "header of the depths": with_header(b"[" * 5000),
    "header in UTF-16": over(b"{}", json.dumps(GOOD).encode("utf-16")),
    "header with alg twice": over(b"{}", b'{"alg":"none","alg":"ES256","kid":"first"}'),
    "kid as list": with_header({"alg": "ES256", "kid": ["first"]}),
    "kid as object": with_header({"alg": "ES256", "kid": {"a": 1}}),
    "kid as number": with_header({"alg": "ES256", "kid": 1}),
    "kid empty": by_a_stranger(kid=""),
    "kid as path": by_a_stranger(kid="../../../../dev/null"),
    "kid as SQL": by_a_stranger(kid="first' UNION SELECT 'key"),
    "kid as command": by_a_stranger(kid="first; cat /etc/passwd"),
    "kid as address": by_a_stranger(kid=ADDRESS),
    "kid with NUL": by_a_stranger(kid="first\0"),
    "kid too long": by_a_stranger(kid="a" * 5000),
    "jwk": by_a_stranger(jwk="its own"),
    "jku": by_a_stranger(jku=ADDRESS),
    "x5u": by_a_stranger(x5u=ADDRESS),
    "x5c": by_a_stranger(x5c=["MIIB"]),
    "crit unknown": by_the_issuer(crit=["made-up"], **{"made-up": 1}),
    "crit empty": by_the_issuer(crit=[]),
    "crit as text": by_the_issuer(crit="exp"),
    "b64 false": by_the_issuer(crit=["b64"], b64=False),
    "b64 false, not critical": by_the_issuer(b64=False),
    "typ of a logout token": by_the_issuer(typ="logout+jwt"),
    "typ of a proof": by_the_issuer(typ="dpop+jwt"),
    "typ as list": by_the_issuer(typ=["JWT"]),
    "no signature": with_header(GOOD),
    "signature of zeros": with_header(GOOD, bytes(64)),
    "signature of ones and order": signature_of(lambda *_: pair(1, P256)),
    "signature of the order": signature_of(lambda *_: pair(P256, P256)),
    "signature with the order added": signature_of(lambda r, s: pair(r + P256, s, 33)),
    "signature turned around": signature_of(lambda r, s: pair(s, r)),
    "signature in DER": signature_of(encode_dss_signature),
    "signature too short": signature_of(lambda r, s: pair(r, s)[:-1]),
    "signature too long": signature_of(lambda r, s: pair(r, s) + b"\0"),
    "signature of another token": lambda issuer: text(
        lambda head, body, _: f"{head}.{body}.{issuer.token(expires_in='7').split('.')[2]}"
    )(issuer),
    "signature with padding": text(lambda *parts: ".".join(parts) + "=="),
    "signature with spare bits": text(lambda *parts: spare_bits(".".join(parts))),
    "HS256 with the key in PEM": hmac_with(lambda key: key.as_pem(private=False)),
    "HS384 with the key in PEM": hmac_with(lambda key: key.as_pem(private=False), "HS384"),
    "HS512 with the key in PEM": hmac_with(lambda key: key.as_pem(private=False), "HS512"),
    "HS256 with the key in DER": hmac_with(lambda key: key.as_der(private=False)),
    "HS256 with the key in JSON": hmac_with(
        lambda key: json.dumps(key.as_dict(private=False)).encode()
    ),
    "HS256 with nothing": hmac_with(lambda _key: b""),
    "a stranger's key": by_a_stranger(),
    "another kind of key": of_another_kind_of_key,
    "other claims": with_other_claims,
    "claims that are no object": over(b"[1]"),
    "claims that are a text": over(b'"coordination"'),
    "claims that are no JSON": over(b"{"),
    "claims of the depths": over(b'{"a":' + b"[" * 3000),
    "claims with roles twice": twice("roles", ["city"], ["coordination"]),
    "claims with exp twice": twice("exp", 1, 2**31),
    "claims with NaN": lambda issuer: issuer.signed(issuer.claims(more=float("nan"))),
    "encrypted": encrypted,
    "nested": nested,
    "written as JSON": as_json,
    "no dots": lambda _issuer: "token",
    "only dots": lambda _issuer: "..",
    "four parts": text(lambda *parts: ".".join([*parts, ""])),
    "five parts": text(lambda *parts: ".".join([*parts, "a", "b"])),
    "more behind it": text(lambda *parts: ".".join(parts) + "AAAA"),
    "white space inside": text(lambda head, *rest: ".".join([f"{head} ", *rest])),
    "a comma behind it": text(lambda *parts: ".".join(parts) + ","),
    "letters that are none": lambda _issuer: "\u00e9.\u00e9.\u00e9",
    "letters of plain base64": text(lambda head, body, end: f"{head}.{body}.+/{end[2:]}"),
    "100 kB": lambda issuer: issuer.signed(issuer.claims(more="x" * 100_000)),
    "100 kB of nothing": lambda _issuer: "a" * 100_000,
    "claims that are no UTF-8": over(b'{"a":"\xff"}'),
}
