"""What the record does not allow, each named by its fact."""

from shared.codes import Refusal


class UnitUnknown(Refusal):
    """No unit has this code."""

    code = "unit-unknown"


class LeadingZeroLost(Refusal):
    """No unit has this code, but one has it with a zero before: a spreadsheet ate it."""

    code = "leading-zero-lost"


class ProgrammeUnknown(Refusal):
    """No admission programme has this code."""

    code = "programme-unknown"


class ReasonUnknown(Refusal):
    """No reason of a correction or withdrawal has this code."""

    code = "reason-unknown"


class PersonsOutOfRange(Refusal):
    """A placement has 1 to 10,000 persons."""

    code = "persons-out-of-range"


class EffectiveInFuture(Refusal):
    """A placement takes effect today or earlier."""

    code = "effective-in-future"


class EffectiveTooOld(Refusal):
    """Nothing before the first day of the record takes effect."""

    code = "effective-too-old"


class ReferenceMalformed(Refusal):
    """A file reference is no reference, or might be a name."""

    code = "reference-malformed"


class NothingChanged(Refusal):
    """A correction says what is recorded already."""

    code = "nothing-changed"


class OtherLand(Refusal):
    """A placement stays within the Land in whose ledger it is."""

    code = "other-land"


class SameUnit(Refusal):
    """The people are with this unit already."""

    code = "same-unit"


class TransferBeforePlacement(Refusal):
    """People leave a unit on the day on which they came or later."""

    code = "transfer-before-placement"


class FixedByTransfer(Refusal):
    """Two units agreed on who has the people from when: a correction leaves that alone."""

    code = "fixed-by-transfer"


class TransferVoid(Refusal):
    """The proposal is decided, or the placement changed since."""

    code = "transfer-void"


class AlreadyWithdrawn(Refusal):
    """Nothing follows on a withdrawal."""

    code = "already-withdrawn"
