"""E-mail addresses that mail servers everywhere accept."""

import re

from services.notifications.domain.target import AddressMalformed

LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*", re.IGNORECASE)
LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE)
MOST_LOCAL, MOST_IN_ALL = 64, 254


def read_mailbox(address: str) -> str:
    """The address with its domain in ASCII (lübeck.de becomes xn--lbeck-kva.de).

    AddressMalformed where it is not local@domain as RFC 5321 has it: a dot-atom before the
    '@', a name of two labels or more after it, no quoting, no comments, no display name.
    """
    local, at, domain = address.rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode("ascii")
    except UnicodeError as fault:
        raise AddressMalformed from fault
    labels = ascii_domain.split(".")
    is_name = len(labels) > 1 and all(LABEL.fullmatch(label) for label in labels)
    is_local = LOCAL.fullmatch(local) is not None and len(local) <= MOST_LOCAL
    mailbox = f"{local}@{ascii_domain}"
    if not (at and is_local and is_name) or len(mailbox) > MOST_IN_ALL:
        raise AddressMalformed
    return mailbox
