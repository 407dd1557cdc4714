"""The form over which entries are hashed is the one of RFC 8785."""

import hashlib
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.ledger import hash_of

NAMES = st.text(st.characters(max_codepoint=127), max_size=8).filter(lambda name: name != "hash")
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(NAMES, VALUES, max_size=6))
def test_a_document_is_hashed_in_the_form_of_rfc_8785(document: dict[str, Any]) -> None:
    expected = hashlib.sha256(rfc8785.dumps(document)).hexdigest()
    assert hash_of(document) == expected
    assert hash_of({**document, "hash": expected}) == expected


@pytest.mark.parametrize("value", [2**53, -(2**53), 2**70, "\ud800", object()])
def test_what_has_no_such_form_is_refused(value: object) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # what is wrong with it is not ours to say
        hash_of({"any": value})
