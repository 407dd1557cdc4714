"""A clerk's file becomes placements: all of its rows, or none."""

import hashlib
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, ValidationError

from documents.declared import answers, refuses
from services.admissions.api.authority import require_units
from services.admissions.api.documents import ROOT, placement_document, spans
from services.admissions.api.entering import Ringing, record_all
from services.admissions.api.models import PlacementBody
from services.admissions.api.sheets import CSV, ODS, XLSX, Row, read_rows
from services.admissions.api.shown import PlacementsShown, PreviewShown
from services.admissions.domain.placement import Proposal
from services.admissions.store.imports import insert_import, load_import
from shared.codes import Role, instant_text
from shared.http.answers import answer
from shared.http.faults import faults_of
from shared.http.once import nothing, once
from shared.http.problems import Fault, Problem
from shared.http.route import Calling, ContractRoute, allowed, media_type_of
from shared.postgres import Connection
from shared.service import Stored

router = APIRouter(prefix=f"{ROOT}/imports", tags=["imports"], route_class=ContractRoute)


class ImportQuery(BaseModel):
    """Whether the file is only looked at: `?preview=true`."""

    model_config = ConfigDict(extra="forbid")
    preview: bool = False


@router.post("")
@allowed(Role.CITY, Role.COORDINATION, media=(CSV, ODS, XLSX))
@answers(200, PreviewShown)
@answers(201, PlacementsShown)
@refuses("not-your-unit", "not-utf8")
async def import_file(
    request: Request,
    call: Calling,
    database: Stored,
    bell: Ringing,
    query: Annotated[ImportQuery, Query()],
) -> Response:
    """Record every row of a CSV, ODS or XLSX file; a file that was recorded before is refused."""
    rows = await read_rows(call.body, media_type_of(request))
    proposals = check_rows(rows)
    units = {f"/rows/{number}/unit": cells["unit"] for number, cells in rows}
    require_units(call.caller, units)
    if query.preview:
        return answer(200, {"items": [{"row": number, **cells} for number, cells in rows]})

    async def act(tx: Connection, _: None) -> Response:
        digest = hashlib.sha256(call.body).hexdigest()
        await refuse_again(tx, digest)
        placements = (await record_all(tx, proposals)).placements
        call.names(spans(placements))
        await insert_import(tx, digest, call.caller.client, len(placements))
        return answer(201, {"items": [placement_document(one) for one in placements]})

    given = await once(call, database, nothing, act)
    bell.ring()
    return given


def check_rows(rows: list[Row]) -> list[Proposal]:
    """The proposals of all rows, or every fault of every row at once."""
    proposals, faults = [], []
    for number, cells in rows:
        try:
            proposals.append(PlacementBody.model_validate(cells).proposal())
        except ValidationError as wrong:
            located = [
                {**error, "loc": ("body", "rows", number, *error["loc"])}
                for error in wrong.errors(include_url=False)
            ]
            faults += faults_of(located)
    if faults:
        raise Problem.invalid(*faults)
    return proposals


async def refuse_again(tx: Connection, digest: str) -> None:
    """The very same file counts once, whoever sends it and under whatever key."""
    known = await load_import(tx, digest)
    if known is not None:
        facts = {"at": instant_text(known)}
        raise Problem.invalid(Fault("already-imported", "/rows", facts=facts))
