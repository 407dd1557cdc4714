"""The words that shapes are made of: each with its form and an example."""

from typing import Annotated, Any, Final, TypeAlias

from msgspec import Meta

INSTANT: Final = "2023-05-02T08:15:30.250000Z"
ID: Final = "0199a3c2-7c11-7d3e-9c50-0a1b2c3d4e5f"


def text(pattern: str, example: str, description: str | None = None, **more: Any) -> Meta:
    """A text of a form as a whole."""
    extra = {"pattern": f"^{pattern}$", **more}
    return Meta(examples=[example], extra_json_schema=extra, description=description)


Id: TypeAlias = Annotated[str, text("[0-9a-f-]{36}", ID, format="uuid")]
LandCode: TypeAlias = Annotated[str, text("(0[1-9]|1[0-6])", "01", "Two digits.")]
Unit: TypeAlias = Annotated[str, text("[0-9]{5,8}", "01001", "AGS, with its leading zero.")]
Quota: TypeAlias = Annotated[str, text("[a-z][a-z0-9-]{0,39}", "sh-regular")]
Programme: TypeAlias = Annotated[str, text("[a-z][a-z0-9-]{0,39}", "safe-harbour")]
Reason: TypeAlias = Annotated[str, text("[a-z][a-z0-9-]{0,39}", "typing-error")]
Name: TypeAlias = Annotated[str, Meta(examples=["Flensburg"])]
Source: TypeAlias = Annotated[
    str, Meta(examples=["Bekanntmachung vom 01.01.2024"], description="Where this is stated.")
]
Day: TypeAlias = Annotated[str, text("[0-9]{4}-[0-9]{2}-[0-9]{2}", "2023-05-01", format="date")]
Instant: TypeAlias = Annotated[
    str,
    text(
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z",
        INSTANT,
        "UTC.",
        format="date-time",
    ),
]
Digest: TypeAlias = Annotated[str, text("[0-9a-f]{64}", "b4" * 32, "SHA-256, lower-case hex.")]
Number: TypeAlias = Annotated[int, Meta(ge=1, examples=[17])]
Count: TypeAlias = Annotated[int, Meta(ge=0, examples=[17])]
Persons: TypeAlias = Annotated[int, Meta(ge=1, examples=[3])]
Fraction: TypeAlias = Annotated[
    str, text("[0-9]+(/[1-9][0-9]*)?", "1/2", "An integer or a reduced fraction.")
]
Cursor: TypeAlias = Annotated[
    str | None, Meta(examples=[None], description="The cursor of the next page, null on the last.")
]
After: TypeAlias = Annotated[
    int | None, Meta(examples=[None], description="The number to go on after, null at the end.")
]
Text: TypeAlias = Annotated[str, Meta(examples=["…"])]
