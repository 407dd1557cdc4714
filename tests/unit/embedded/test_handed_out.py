"""What looks for secrets in logs finds them."""

from pathlib import Path

from embedded.credentials import secret
from embedded.issuer import kept_key
from tests.end_to_end.handed_out import SHOWN, kept_secrets, logs_of, spilled


def test_a_secret_of_a_state_folder_is_found_in_a_log(tmp_path: Path) -> None:
    password = secret(tmp_path / "secrets" / "quota", "database_password")
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / "quota.log").write_text("a line\nanother\n", encoding="utf-8")
    assert kept_secrets(tmp_path) == {password}
    assert not spilled(kept_secrets(tmp_path), logs_of(tmp_path))
    (logs / "quota.log.1").write_text(f"url postgresql://quota:{password}@db", encoding="utf-8")
    assert spilled(kept_secrets(tmp_path), logs_of(tmp_path)) == [f"quota.log.1: {password[:6]}…"]


def test_of_the_issuers_key_only_what_is_private_is_a_secret(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    key = kept_key(tmp_path / "secrets" / "issuer_key.json")
    written = (tmp_path / "secrets" / "issuer_key.json").read_text(encoding="utf-8")
    (private,) = kept_secrets(tmp_path)
    assert f'"{private}"' in written
    assert private not in str(key.as_dict(private=False))


def test_what_answers_show_once_is_remembered() -> None:
    shown = '{"id":"1","key":"hl_abc","secret": "whsec_def","access_token":"eyJ.a.b","key2":"x"}'
    assert SHOWN.findall(shown) == ["hl_abc", "whsec_def", "eyJ.a.b"]
    assert not SHOWN.findall('{"key":"placements","secret":null}')
