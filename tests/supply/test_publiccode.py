"""publiccode.yml says what standard 0.4 asks for, and the same as the rest of the tree."""

import tomllib
from typing import Any

import pytest
import yaml

from tests.house.tree import ROOT

MANDATORY = {
    "publiccodeYmlVersion", "name", "url", "platforms", "categories", "developmentStatus",
    "softwareType", "description", "legal", "maintenance", "localisation",
}  # fmt: skip
OPTIONAL = {"intendedAudience", "dependsOn", "softwareVersion", "releaseDate", "landingURL"}
CATEGORIES = {"data-collection", "data-analytics", "resource-management", "communications"}
"""Those of the standard's list that could be ours."""
STATES = {"concept", "development", "beta", "stable", "obsolete"}


@pytest.fixture(scope="module")
def public() -> dict[str, Any]:
    said: dict[str, Any] = yaml.safe_load((ROOT / "publiccode.yml").read_text(encoding="utf-8"))
    return said


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    said: dict[str, Any] = told["project"]
    return said


def test_every_mandatory_key_is_there_and_no_unknown_one(public: dict[str, Any]) -> None:
    assert public.keys() >= MANDATORY
    assert public.keys() <= MANDATORY | OPTIONAL
    assert public["publiccodeYmlVersion"] == "0.4"


def test_words_of_closed_lists_are_from_them(public: dict[str, Any]) -> None:
    assert set(public["categories"]) <= CATEGORIES
    assert public["categories"]
    assert public["developmentStatus"] in STATES
    assert public["softwareType"] == "standalone/backend"
    assert public["maintenance"]["type"] == "community"
    assert all(contact["name"] for contact in public["maintenance"]["contacts"])


@pytest.mark.parametrize("language", ["de", "en"])
def test_a_description_is_as_long_as_it_may_be(public: dict[str, Any], language: str) -> None:
    said = public["description"][language]
    assert 0 < len(said["shortDescription"]) <= 150
    assert 150 <= len(said["longDescription"]) <= 10_000
    assert all(0 < len(feature) <= 100 for feature in said["features"])
    assert language in public["localisation"]["availableLanguages"]
    assert public["localisation"]["localisationReady"] is True


def test_it_says_what_the_project_says(public: dict[str, Any], project: dict[str, Any]) -> None:
    assert public["legal"]["license"] == project["license"]
    assert public["url"] == project["urls"]["Repository"]
    assert public["name"].lower() == project["name"]
