"""The codes that may be named: units, programmes and reasons, each with its source."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query, Response

from documents.declared import answers
from services.admissions.api.documents import ROOT
from services.admissions.api.shown import ItemsShown
from services.admissions.domain.reference import Item
from services.admissions.store.reference import load_reference
from shared.http.answers import Listing, from_cursor, page, to_cursor
from shared.http.route import ANY_TOKEN, ContractRoute, allowed

router = APIRouter(prefix=ROOT, tags=["reference"], route_class=ContractRoute)
Asked = Annotated[Listing, Query()]


@router.get("/units")
@allowed(*ANY_TOKEN)
@answers(200, ItemsShown)
async def show_units(query: Asked) -> Response:
    """Every unit by its AGS."""
    return _show(load_reference().units, query)


@router.get("/programmes")
@allowed(*ANY_TOKEN)
@answers(200, ItemsShown)
async def show_programmes(query: Asked) -> Response:
    """Every admission programme."""
    return _show(load_reference().programmes, query)


@router.get("/reasons")
@allowed(*ANY_TOKEN)
@answers(200, ItemsShown)
async def show_reasons(query: Asked) -> Response:
    """Every reason of a correction or withdrawal."""
    return _show(load_reference().reasons, query)


def _show(items: Mapping[str, Item], query: Listing) -> Response:
    first = from_cursor(query.cursor, [int])[0] if query.cursor else 0
    end = first + query.limit
    shown = [asdict(item) for item in items.values()][first:end]
    return page(shown, to_cursor(end) if end < len(items) else None)
