"""Claims under which nobody may come in, though the issuer signed them; None: left out."""

import time
from typing import Any

NOW = int(time.time())
FALSE: dict[str, dict[str, Any]] = {
    "expired": {"exp": NOW - 61},
    "expired for years": {"exp": 1},
    "not yet valid": {"nbf": NOW + 3600},
    "issued in the future": {"iat": NOW + 3600},
    "no expiry": {"exp": None},
    "expiry as text": {"exp": str(NOW + 600)},
    "expiry as truth": {"exp": True},
    "expiry as list": {"exp": [NOW + 600]},
    "expiry without end": {"exp": float("inf")},
    "expiry that is no number": {"exp": float("nan")},
    "start as text": {"nbf": "0"},
    "other audience": {"aud": "other"},
    "no audience": {"aud": None},
    "empty audiences": {"aud": []},
    "audience as object": {"aud": {"hafenlotse": True}},
    "part of the audience": {"aud": "hafen"},
    "other issuer": {"iss": "https://elsewhere"},
    "no issuer": {"iss": None},
    "issuer as list": {"iss": ["https://elsewhere"]},
    "no subject": {"sub": None},
    "empty subject": {"sub": ""},
    "subject as number": {"sub": 5},
    "subject with NUL": {"sub": "a\0b"},
    "subject in two lines": {"sub": "a\nb"},
    "subject without end": {"sub": "a" * 10_000},
    "roles as text": {"roles": "coordination"},
    "lands as object": {"lands": {"01": True}},
    "units as number": {"units": 1},
    "roles as object": {"roles": {"coordination": True}},
    "expiry as truth of the past": {"exp": False},
    "audience of numbers": {"aud": [1, 2]},
    "audience in other letters": {"aud": "Hafenlotse"},
    "audience with a zero width space": {"aud": "hafenlotse\u200b"},
    "subject of an API key": {"sub": "api-key:1"},
}
