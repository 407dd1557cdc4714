"""Who gets what at every route: one table, and one valid request for each."""

from dataclasses import dataclass
from typing import Any

from tests.end_to_end.alerts import a_recipient
from tests.end_to_end.own_quotas import SOURCE, a_key
from tests.end_to_end.placements import FLENSBURG, KIEL, a_placement
from tests.end_to_end.system import Json

REFUSALS = {"r": (403, "role"), "u": (403, "not-your-unit"), "0": (404, "not-found")}
"""The letters of the table; `+` passes, `e` passes and shows none of Flensburg's things."""

CALLERS = (
    *("city-01001", "city-01003", "coordination", "auditor", "operator", "service"),
    *("city-02000", "coordination-02", "auditor-02"),
    "key",
)
"""The columns: the city whose things are asked for and another one, then who reads and leads; the
three behind reach Hamburg only; the last is an API key of Flensburg."""

TABLE = """
    POST   /admissions/v1/placements                              + u + r r r  u u r  +
    GET    /admissions/v1/placements                              + e + + r r  e e e  +
    POST   /admissions/v1/placements/batch                        + u + r r r  u u r  +
    GET    /admissions/v1/placements/{placement_id}               + 0 + + r r  0 0 0  +
    POST   /admissions/v1/imports                                 + u + r r r  u u r  +
    POST   /admissions/v1/placements/{placement_id}/corrections   + 0 + r r r  0 0 r  +
    POST   /admissions/v1/placements/{placement_id}/withdrawal    + 0 + r r r  0 0 r  +
    POST   /admissions/v1/placements/{placement_id}/transfer      + 0 + r r r  0 0 r  +
    POST   /admissions/v1/transfers/{transfer_id}/confirmation    u 0 + r r r  0 0 r  u
    POST   /admissions/v1/transfers/{transfer_id}/refusal         u 0 + r r r  0 0 r  u
    GET    /admissions/v1/transfers                               + e + + r r  e e e  +
    GET    /admissions/v1/transfers/{transfer_id}                 + 0 + + r r  0 0 0  +
    GET    /admissions/v1/ledger/{land}/entries                   r r + + r +  r 0 0  r
    GET    /admissions/v1/ledger/{land}/head                      r r r r r +  r r r  r
    GET    /admissions/v1/ledger/{land}/verification              r r + + r r  r 0 0  r
    GET    /admissions/v1/units                                   + + + + + r  + + +  +
    GET    /admissions/v1/programmes                              + + + + + r  + + +  +
    GET    /admissions/v1/reasons                                 + + + + + r  + + +  +
    GET    /admissions/v1/caller                                  + + + + + r  + + +  +
    POST   /admissions/v1/api-keys                                r r + r r r  r u r  r
    GET    /admissions/v1/api-keys                                r r + r r r  r e r  r
    GET    /admissions/v1/api-keys/{key_id}                       r r + r r r  r 0 r  r
    DELETE /admissions/v1/api-keys/{key_id}                       r r + r r r  r 0 r  r
    GET    /quota/v1/quotas                                       + + + + r r  e e e  +
    POST   /quota/v1/quotas                                       r r + r r r  r u r  r
    GET    /quota/v1/quotas/{quota}                               + + + + r r  0 0 0  +
    POST   /quota/v1/quotas/{quota}/members                       r r + r r r  r 0 r  r
    POST   /quota/v1/quotas/{quota}/rules                         r r + r r r  r 0 r  r
    POST   /quota/v1/quotas/{quota}/tolerance                     r r + r r r  r 0 r  r
    POST   /quota/v1/quotas/{quota}/period                        r r + r r r  r 0 r  r
    POST   /quota/v1/quotas/{quota}/keys                          r r + r r r  r 0 r  r
    GET    /quota/v1/quotas/{quota}/balances                      + + + + r r  0 0 0  +
    GET    /quota/v1/quotas/{quota}/balances/{unit}/explanation   + + + + r r  0 0 0  +
    GET    /quota/v1/quotas/{quota}/history                       + + + + r r  0 0 0  +
    GET    /quota/v1/quotas/{quota}/crossings                     r r + + r r  r 0 0  r
    GET    /quota/v1/crossings/{land}                             r r + + r +  r 0 0  r
    GET    /quota/v1/quotas/{quota}/allotment                     + + + + r r  0 0 0  +
    POST   /quota/v1/allotments                                   + + + + + r  + + +  +
    POST   /quota/v1/quotas/{quota}/closure                       r r + r r r  r 0 r  r
    GET    /notifications/v1/alerts/stream                        r r + r r r  r + r  r
    GET    /notifications/v1/alerts                               r r + + r r  r e e  r
    GET    /notifications/v1/alerts/{alert_id}                    r r + + r r  r 0 0  r
    POST   /notifications/v1/alerts/{alert_id}/acknowledgement    r r + r r r  r 0 r  r
    POST   /notifications/v1/recipients                           r r + r r r  r + r  r
    GET    /notifications/v1/recipients                           r r + r r r  r e r  r
    GET    /notifications/v1/recipients/{recipient_id}            r r + r r r  r 0 r  r
    PUT    /notifications/v1/recipients/{recipient_id}            r r + r r r  r 0 r  r
    DELETE /notifications/v1/recipients/{recipient_id}            r r + r r r  r 0 r  r
    POST   /notifications/v1/recipients/{recipient_id}/test       r r + r r r  r 0 r  r
    GET    /notifications/v1/deliveries                           r r + r + r  r e r  r
    GET    /notifications/v1/deliveries/{delivery_id}             r r + r + r  r 0 r  r
    POST   /notifications/v1/deliveries/{delivery_id}/retry       r r + r + r  r 0 r  r
    GET    /admissions/v1/audit                                   r r r + r r  r r +  r
    GET    /admissions/v1/audit/verification                      r r r + r r  r r +  r
    GET    /admissions/v1/audit/export                            r r r + r r  r r +  r
    GET    /quota/v1/audit                                        r r r + r r  r r +  r
    GET    /quota/v1/audit/verification                           r r r + r r  r r +  r
    GET    /quota/v1/audit/export                                 r r r + r r  r r +  r
    GET    /notifications/v1/audit                                r r r + r r  r r +  r
    GET    /notifications/v1/audit/verification                   r r r + r r  r r +  r
    GET    /notifications/v1/audit/export                         r r r + r r  r r +  r
"""


def declared() -> dict[str, dict[str, str]]:
    """What each caller gets, by method and route template."""
    rows = (line.split() for line in TABLE.strip().splitlines())
    return {
        f"{method} {path}": dict(zip(CALLERS, letters, strict=True))
        for method, path, *letters in rows
    }


@dataclass(frozen=True)
class Asked:
    """What is sent with a request besides its path."""

    json: Any = None
    body: bytes | None = None
    query: str = ""
    headers: tuple[tuple[str, str], ...] = ()


WITHDRAWN = Asked({"reason": "never-arrived"})
TERM = {"from": "2016-01-01", "to": "2016-12-31"}
FILE = f"unit;programme;persons;effective_on\n{FLENSBURG};asylum;1;2023-05-01\n".encode()
ROOTS = "/admissions/v1/placements", "/quota/v1/quotas", "/notifications/v1"
ONE, QUOTA, TOLD = f"{ROOTS[0]}/{{placement_id}}", f"{ROOTS[1]}/{{quota}}", f"{ROOTS[2]}"


def asked(quota: str) -> dict[str, Asked]:
    """The request of each route that needs more than its path; all of them are valid."""
    opened: Json = {"quota": quota, "land": "01", "name": "Versuch"} | SOURCE
    moved = {"to_unit": KIEL, "effective_on": "2023-06-01", "reason": "agreed-transfer"}
    halves = {"01061": "50", "01062": "50"}
    return {
        f"POST {ROOTS[0]}": Asked(a_placement()),
        f"POST {ROOTS[0]}/batch": Asked({"placements": [a_placement()]}),
        "POST /admissions/v1/imports": Asked(
            body=FILE, query="?preview=true", headers=(("Content-Type", "text/csv"),)
        ),
        f"POST {ONE}/corrections": Asked({"persons": 7, "reason": "typing-error"}),
        f"POST {ONE}/withdrawal": WITHDRAWN,
        f"POST {ONE}/transfer": Asked(moved),
        "POST /admissions/v1/transfers/{transfer_id}/confirmation": Asked({}),
        "POST /admissions/v1/transfers/{transfer_id}/refusal": Asked({}),
        "POST /admissions/v1/api-keys": Asked({"unit": FLENSBURG}),
        f"POST {ROOTS[1]}": Asked(opened),
        f"POST {QUOTA}/members": Asked({"unit": "01061"} | TERM | SOURCE),
        f"POST {QUOTA}/rules": Asked({"programme": "asylum", "share": "1"} | TERM | SOURCE),
        f"POST {QUOTA}/tolerance": Asked({"persons": "2"} | SOURCE),
        f"POST {QUOTA}/period": Asked({"period": "year", "carry_over": True} | SOURCE),
        f"POST {QUOTA}/closure": Asked({"closed_on": "2017-01-01"} | SOURCE),
        f"POST {QUOTA}/keys": Asked(a_key(halves) | SOURCE),
        f"GET {QUOTA}/history": Asked(query="?unit=01061"),
        f"GET {QUOTA}/allotment": Asked(query="?persons=3&valid_on=2016-05-01"),
        "POST /quota/v1/allotments": Asked(
            {"weights": {"a": "1"}, "persons": 1, "method": "hare-niemeyer"}
        ),
        f"GET {TOLD}/alerts/stream": Asked(headers=(("Last-Event-ID", "999999999999"),)),
        f"POST {TOLD}/alerts/{{alert_id}}/acknowledgement": Asked({}),
        f"POST {TOLD}/recipients": Asked(a_recipient(channel="log", address=None)),
        f"PUT {TOLD}/recipients/{{recipient_id}}": Asked(a_recipient(channel="log", address=None)),
        f"POST {TOLD}/recipients/{{recipient_id}}/test": Asked({}),
        f"POST {TOLD}/deliveries/{{delivery_id}}/retry": Asked({}),
    }
