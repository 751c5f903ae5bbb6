"""What projects are called."""

from __future__ import annotations

import pytest
from django.utils import translation

from edits.models import Project


@pytest.mark.parametrize(
    ("domain", "family", "site_name", "name"),
    [
        ("www.wikidata.org", "wikidata", "Wikipedia", "Wikidata"),
        ("test.wikidata.org", "wikidata", "Wikipedia", "test.wikidata.org"),
        ("test2.wikipedia.org", "wikipedia", "Wikipedia", "test2.wikipedia.org"),
        ("wikimania.wikimedia.org", "wikimedia", "Wikipedia", "wikimania.wikimedia.org"),
        ("nl.wikimedia.org", "wikimedia", "Wikimedia", "nl.wikimedia.org"),
        ("wikisource.org", "wikisource", "Wikisource", "Wikisource"),
        ("beta.wikiversity.org", "wikiversity", "Wikiversity", "beta.wikiversity.org"),
        ("commons.wikimedia.org", "wikimedia", "Wikimedia Commons", "Wikimedia Commons"),
    ],
)
def test_a_special_wiki_has_a_name_of_its_own(domain: str, family: str, site_name: str, name: str) -> None:
    assert Project(domain=domain, family=family, site_name=site_name, special=True).name == name


@pytest.mark.parametrize(
    ("code", "own", "english", "german"),
    [
        ("is", "íslenska", "Icelandic", "Isländisch"),
        ("war", "Winaray", "Waray", "Waray"),  # CLDR knows it
        ("xyz", "Xyzisch", "Xyzish", "Xyzisch"),  # nobody does
        ("simple", "", "Simple English", "Simple English"),
    ],
)
def test_languages_are_named_in_the_readers_language(code: str, own: str, english: str, german: str) -> None:
    project = Project(family="wikipedia", language_code=code, language_name=own, language_name_en=english)

    assert project.name == f"{english} Wikipedia"
    with translation.override("de"):
        assert project.name == f"Wikipedia ({german})"
