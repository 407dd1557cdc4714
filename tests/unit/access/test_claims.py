"""The claims of any issuer become our roles, Länder and units, as a setting says."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from access.caller import Caller, TokenInvalid
from access.claims import ClaimsMapping, read_json
from shared.codes import Role

SAID = {"sub": "somebody", "exp": 1}


def caller(mapping: dict[str, Any], **claims: Any) -> Caller:
    """Whom the claims describe under a mapping that was written as JSON."""
    read = ClaimsMapping.model_validate(read_json(json.dumps(mapping)))
    return read.caller_of(SAID | claims)


def test_without_a_setting_three_claims_are_read_as_they_are() -> None:
    found = caller({}, roles=["city", "chef"], lands=["01"], units=["01001"])
    assert (found.client, found.ends_at) == ("somebody", 1)
    assert found.roles == {Role.CITY}
    assert (found.lands, found.units) == (frozenset({"01"}), frozenset({"01001"}))


def test_an_empty_setting_is_none() -> None:
    assert ClaimsMapping.model_validate(read_json("")) == ClaimsMapping()


def test_roles_of_a_realm_are_found_deeper_down_and_translated() -> None:
    roles = {"at": "/realm_access/roles", "values": {"hafenlotse-koordination": "coordination"}}
    claims = {"realm_access": {"roles": ["offline_access", "hafenlotse-koordination", "city"]}}
    assert caller({"roles": roles}, **claims).roles == {Role.COORDINATION}


def test_units_may_be_groups_with_a_prefix() -> None:
    units = {"at": "/groups", "prefix": "/staedte/"}
    found = caller({"units": units}, groups=["/staedte/01001", "/vereine/5", "/staedte/01002"])
    assert found.units == {"01001", "01002"}


def test_roles_may_be_words_of_one_text() -> None:
    roles = {"at": "/scope", "form": "words", "prefix": "hafenlotse:"}
    assert caller({"roles": roles}, scope="openid hafenlotse:auditor").roles == {Role.AUDITOR}


def test_the_land_may_be_the_same_for_all() -> None:
    assert caller({"lands": {"always": ["01"]}}, lands=["02"]).lands == {"01"}


def test_names_with_slashes_are_written_as_pointers_are() -> None:
    roles = {"at": "/https:~1~1hafenlotse.example~1roles"}
    claims = {"https://hafenlotse.example/roles": ["city"]}
    assert caller({"roles": roles}, **claims).roles == {Role.CITY}


@pytest.mark.parametrize("claims", [{}, {"a": None}, {"a": {}}, {"a": "x"}, {"a": ["b"]}])
def test_a_claim_that_is_not_there_gives_nothing(claims: dict[str, Any]) -> None:
    assert caller({"roles": {"at": "/a/b"}}, **claims).roles == set()


@pytest.mark.parametrize("claim", ["city", {"city": True}, 5, True])
def test_a_claim_of_another_form_opens_nothing(claim: Any) -> None:
    with pytest.raises(TokenInvalid):
        caller({}, roles=claim)


@pytest.mark.parametrize("client", ["a\nb", "a" * 256, "api-key:1"])
def test_a_subject_that_is_no_name_opens_nothing(client: str) -> None:
    if client:
        with pytest.raises(TokenInvalid):
            caller({}, sub=client)
    else:
        assert caller({}, sub="a" * 255).client == "a" * 255


@pytest.mark.parametrize(
    "wrong",
    [
        {"roles": {}},
        {"roles": {"at": "roles"}},
        {"roles": {"at": ""}},
        {"roles": {"at": "/a~b"}},
        {"roles": {"at": "/a", "always": ["city"]}},
        {"roles": {"at": "/a", "values": {"chef": "boss"}}},
        {"roles": {"at": "/a", "values": {}}},
        {"roles": {"at": "/a", "more": 1}},
        {"roles": {"at": "/a", "form": "text"}},
        {"lands": {"always": ["17"]}},
        {"lands": {"always": []}},
        {"units": {"at": "/a", "values": {"Kiel": "Kiel"}}},
        {"clients": {"at": "/a"}},
        [],
    ],
)
def test_a_setting_that_says_nothing_sensible_is_refused(wrong: Any) -> None:
    with pytest.raises(ValidationError):
        ClaimsMapping.model_validate(read_json(json.dumps(wrong)))
