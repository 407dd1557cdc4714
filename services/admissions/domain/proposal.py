"""A proposal to hand a placement over, which the receiving unit confirms or refuses."""

from dataclasses import dataclass, replace
from enum import StrEnum

from services.admissions.domain.placement import Move
from services.admissions.domain.refusals import TransferVoid
from shared.codes import Ags, Land


class TransferState(StrEnum):
    """How far a transfer is; only a proposed one can still be decided."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class Transfer:
    """Who hands which placement over to whom; any new entry of the placement voids it."""

    id: str
    land: Land
    placement: str
    from_unit: Ags
    move: Move
    state: TransferState


def decide(transfer: Transfer, state: TransferState) -> Transfer:
    """The transfer confirmed or refused, or TransferVoid."""
    if transfer.state is not TransferState.PROPOSED:
        raise TransferVoid(transfer=transfer.id)
    return replace(transfer, state=state)
