"""The definitions that a Land starts with, before its first entry."""

from datetime import datetime

from services.quota.domain.definitions import Definition
from services.quota.domain.documents import Document, from_document
from shared.codes import Land, QuotaCode


def seeded(document: Document, recorded_at: datetime) -> list[Definition]:
    """The definitions of a seed file (`data/seed_NN.json`), numbered from 1 in its order."""
    return [
        Definition(
            land=Land(document["land"]),
            number=number,
            quota=QuotaCode(each["quota"]),
            ledger_sequence=0,
            recorded_at=recorded_at,
            change=from_document(each["kind"], each["change"]),
        )
        for number, each in enumerate(document["definitions"], 1)
    ]
