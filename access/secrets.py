"""A secret that is rotated: its file holds the newest first, and the older ones behind it."""

from pydantic import SecretStr

FEWEST_CHARACTERS = 32


def check_secrets(written: SecretStr) -> SecretStr:
    """One or more secrets, parted by white space, none of them short."""
    found = secrets_in(written)
    if not found or any(len(one) < FEWEST_CHARACTERS for one in found):
        raise ValueError(f"each secret has {FEWEST_CHARACTERS} characters or more")
    return written


def secrets_in(written: SecretStr) -> list[bytes]:
    """Each secret of a file, the newest first."""
    return [one.encode() for one in written.get_secret_value().split()]
