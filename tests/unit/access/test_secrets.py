"""A file of secrets: the newest first, the older ones behind it."""

import pytest
from pydantic import SecretStr

from access.secrets import check_secrets, secrets_in


def test_a_file_of_secrets_has_the_newest_first_and_no_short_one() -> None:
    both = SecretStr(f"{'b' * 32}\n{'a' * 40}\n")
    assert secrets_in(check_secrets(both)) == [b"b" * 32, b"a" * 40]
    for wrong in ("", "short", f"{'b' * 32} short"):
        with pytest.raises(ValueError, match="32 characters"):
            check_secrets(SecretStr(wrong))
