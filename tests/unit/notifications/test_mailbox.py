"""E-mail addresses that mail servers everywhere accept."""

import pytest

from services.notifications.domain.mailbox import read_mailbox
from services.notifications.domain.target import AddressMalformed


@pytest.mark.parametrize(
    ("address", "mailbox"),
    [
        ("koordinierung@flensburg.example", "koordinierung@flensburg.example"),
        ("a.b+c@x.example", "a.b+c@x.example"),
        ("o'neil_#1@sub.x-y.example", "o'neil_#1@sub.x-y.example"),
        ("Anna@Kiel.Example", "Anna@Kiel.Example"),
        ("team@lübeck.example", "team@xn--lbeck-kva.example"),
        ("a" * 64 + "@x.example", "a" * 64 + "@x.example"),
        ("a@" + "b" * 63 + ".example", "a@" + "b" * 63 + ".example"),
        ("a@1.example", "a@1.example"),
    ],
)
def test_a_mailbox_is_read(address: str, mailbox: str) -> None:
    assert read_mailbox(address) == mailbox


@pytest.mark.parametrize(
    "address",
    [
        "",
        "flensburg",
        "@flensburg.example",
        "anna@",
        "anna@localhost",
        "anna@flensburg.example.",
        "anna@.example",
        "anna@flens..example",
        "anna@-x.example",
        "anna@x-.example",
        "anna@x_y.example",
        "anna@x y.example",
        "anna@[127.0.0.1]",
        "anna bert@x.example",
        ".anna@x.example",
        "anna.@x.example",
        "an..na@x.example",
        "än@x.example",
        '"anna"@x.example',
        "Anna <anna@x.example>",
        "anna@x.example, bert@x.example",
        "anna@bert@x.example",
        "anna@x.example\r\nBcc: bert@x.example",
        "anna@x.example\n",
        "anna\n@x.example",
        "a" * 65 + "@x.example",
        "a@" + "b" * 64 + ".example",
    ],
)
def test_what_is_no_mailbox_is_malformed(address: str) -> None:
    with pytest.raises(AddressMalformed):
        read_mailbox(address)


def test_a_mailbox_has_254_characters_at_most() -> None:
    domain = ".".join(["b" * 60] * 4)
    assert len(read_mailbox("a" * 10 + "@" + domain)) == 254
    with pytest.raises(AddressMalformed):
        read_mailbox("a" * 11 + "@" + domain)
