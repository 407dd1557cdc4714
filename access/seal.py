"""Secrets that must be read again are sealed at rest, under keys from a file."""

import base64
import hashlib
import secrets
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MARK = "sealed"
NONCE_BYTES = 12
ID_CHARACTERS = 8


class SealBroken(Exception):
    """What is sealed can't be opened: its key is not there, or it was altered or moved."""


class Seal:
    """AES-256-GCM, bound to whose secret it is: `sealed:<key's id>:<nonce and text>`.

    The first key seals; every key opens what it sealed.
    """

    def __init__(self, keys: Sequence[bytes]) -> None:
        named = [(hashlib.sha256(b"id of " + key).hexdigest()[:ID_CHARACTERS], key) for key in keys]
        self._current = named[0][0]
        self._keys = {name: AESGCM(hashlib.sha256(key).digest()) for name, key in named}

    def close(self, secret: str, owner: str) -> str:
        """The secret of an owner as it may be kept."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        closed = nonce + self._keys[self._current].encrypt(nonce, secret.encode(), owner.encode())
        return f"{MARK}:{self._current}:{base64.urlsafe_b64encode(closed).decode()}"

    def open(self, kept: str, owner: str) -> str:
        """The secret that was kept for this owner, or SealBroken."""
        mark, _, rest = kept.partition(":")
        name, _, written = rest.partition(":")
        if mark != MARK or name not in self._keys:
            raise SealBroken("its key is not there")
        try:
            closed = base64.urlsafe_b64decode(written)
            nonce, text = closed[:NONCE_BYTES], closed[NONCE_BYTES:]
            return self._keys[name].decrypt(nonce, text, owner.encode()).decode()
        except (ValueError, InvalidTag) as fault:
            raise SealBroken("it was altered or moved") from fault

    def renew(self, kept: str, owner: str) -> str:
        """The same secret under the current key; what was never sealed is sealed now."""
        if kept.startswith(f"{MARK}:{self._current}:"):
            return kept
        is_sealed = kept.startswith(f"{MARK}:")
        return self.close(self.open(kept, owner) if is_sealed else kept, owner)
