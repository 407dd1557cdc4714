"""A part of what we deploy: one file, who made it, and under which licences."""

from dataclasses import dataclass

from license_expression import ExpressionError, get_spdx_licensing

SPDX = get_spdx_licensing()


class PartFault(Exception):
    """A part lacks a fact that a bill of materials needs."""


@dataclass(frozen=True)
class Creator:
    """Who made a part, with a mail or web address."""

    name: str
    address: str

    @property
    def is_mail(self) -> bool:
        return "://" not in self.address


@dataclass(frozen=True)
class Part:
    """One deployable file.

    `ref` is its package URL, `needs` are the refs of what it needs, `licences` an SPDX expression,
    `sha512` in lower-case hex; `within` are parts that are files inside of it.
    """

    ref: str
    name: str
    version: str
    creator: Creator
    licences: str
    filename: str
    sha512: str
    is_archive: bool = True
    group: str | None = None
    needs: tuple[str, ...] = ()
    within: tuple["Part", ...] = ()


def spdx_expression(text: str | None) -> str | None:
    """The SPDX expression that the text is, or None if it is none."""
    if not text:
        return None
    try:
        return str(SPDX.parse(text.strip(), validate=True, strict=True))
    except ExpressionError:
        return None
