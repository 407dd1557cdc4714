"""What is sealed is opened by its key, for its owner, unaltered, and by nobody else."""

import pytest

from access.seal import Seal, SealBroken

OLD, NEW = b"o" * 32, b"n" * 32
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def test_a_secret_comes_back_and_is_not_in_what_is_kept() -> None:
    kept = Seal([NEW]).close(SECRET, "a")
    assert Seal([NEW]).open(kept, "a") == SECRET
    assert SECRET not in kept
    assert kept.startswith("sealed:")


def test_the_same_secret_is_never_kept_alike() -> None:
    assert Seal([NEW]).close(SECRET, "a") != Seal([NEW]).close(SECRET, "a")


def test_an_older_key_still_opens_and_the_newest_seals() -> None:
    kept = Seal([OLD]).close(SECRET, "a")
    both = Seal([NEW, OLD])
    assert both.open(kept, "a") == SECRET
    renewed = both.renew(kept, "a")
    assert Seal([NEW]).open(renewed, "a") == SECRET
    assert both.renew(renewed, "a") == renewed


def test_what_was_in_clear_is_sealed() -> None:
    seal = Seal([NEW])
    assert seal.open(seal.renew(SECRET, "a"), "a") == SECRET


def flipped(kept: str, place: int) -> str:
    letter = "A" if kept[place] != "A" else "B"
    return kept[:place] + letter + kept[place + 1 :]


KEPT = Seal([OLD]).close(SECRET, "a")


ALTERED = {
    "its nonce": flipped(KEPT, 20),
    "its text": flipped(KEPT, 40),
    "its end": flipped(KEPT, -3),
    "cut": KEPT[:-8],
    "nothing sealed": "sealed:",
    "nothing": "",
    "in clear": SECRET,
    "no parts": "sealed",
}


@pytest.mark.parametrize("how", ALTERED)
def test_what_was_altered_is_not_opened(how: str) -> None:
    with pytest.raises(SealBroken):
        Seal([OLD]).open(ALTERED[how], "a")


def test_a_secret_moved_to_another_owner_is_not_opened() -> None:
    with pytest.raises(SealBroken):
        Seal([OLD]).open(KEPT, "b")


def test_without_its_key_nothing_is_opened_or_renewed() -> None:
    for use in (Seal([NEW]).open, Seal([NEW]).renew):
        with pytest.raises(SealBroken):
            use(KEPT, "a")
