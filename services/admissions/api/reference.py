"""The codes that may be named: units, programmes and reasons, each with its source."""

from collections.abc import Mapping
from dataclasses import asdict

from fastapi import APIRouter, Response

from documents.declared import answers
from services.admissions.api.documents import ROOT
from services.admissions.api.shown import ItemsShown
from services.admissions.domain.reference import Item
from services.admissions.store.reference import load_reference
from shared.http.answers import answer
from shared.http.route import ANY_TOKEN, ContractRoute, allowed

router = APIRouter(prefix=ROOT, tags=["reference"], route_class=ContractRoute)


@router.get("/units")
@allowed(*ANY_TOKEN)
@answers(200, ItemsShown)
async def show_units() -> Response:
    """Every unit by its AGS."""
    return _show(load_reference().units)


@router.get("/programmes")
@allowed(*ANY_TOKEN)
@answers(200, ItemsShown)
async def show_programmes() -> Response:
    """Every admission programme."""
    return _show(load_reference().programmes)


@router.get("/reasons")
@allowed(*ANY_TOKEN)
@answers(200, ItemsShown)
async def show_reasons() -> Response:
    """Every reason of a correction or withdrawal."""
    return _show(load_reference().reasons)


def _show(items: Mapping[str, Item]) -> Response:
    return answer(200, {"items": [asdict(item) for item in items.values()]})
