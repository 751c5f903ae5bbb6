"""Finding a wiki as people type."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import translation

from dashboards import search
from tests.factories import make_project

WIKIS = {
    "hi.wikipedia.org": ("हिन्दी", "Hindi"),
    "zh.wikipedia.org": ("中文", "Chinese"),
    "ru.wikipedia.org": ("русский", "Russian"),
    "rsk.wikipedia.org": ("руски", "Pannonian Rusyn"),
    "rue.wikipedia.org": ("русиньскый", "Rusyn"),
    "en.wikipedia.org": ("English", "English"),
    "ve.wikipedia.org": ("Tshivenda", "Venda"),
    "shi.wikipedia.org": ("Taclḥit", "Tachelhit"),
}


@pytest.fixture
def wikis(db: None) -> None:
    for domain, (own, english) in WIKIS.items():
        make_project(domain, language_name=own, language_name_en=english)
    for domain in ("test.wikidata.org", "www.wikidata.org"):
        make_project(domain, dbname=domain, special=True, language_code="", site_name="Wikipedia", language_name="")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("hindee", "hi.wikipedia.org"),
        ("рускй", "ru.wikipedia.org"),
        ("руски", "rsk.wikipedia.org"),
        ("enwikipedia", "en.wikipedia.org"),
        ("https://hi.wikipedia.org/wiki/मुखपृष्ठ?action=history", "hi.wikipedia.org"),
        ("https://hi.m.wikipedia.org/wiki/X", "hi.wikipedia.org"),
        ("hi.wikipedia.org/wiki/X", "hi.wikipedia.org"),
        ("wikidata", "www.wikidata.org"),
    ],
)
def test_the_first_result_is_what_was_meant(wikis: None, typed: str, meant: str) -> None:
    assert search.find(typed)[0].domain == meant


def test_an_address_finds_its_wiki_alone(wikis: None) -> None:
    assert [entry.domain for entry in search.find("https://hi.wikipedia.org/")] == ["hi.wikipedia.org"]


def test_names_are_in_the_language_of_each_reader(wikis: None) -> None:
    with translation.override("de"):
        german = [(result.label, result.detail) for result in search.suggestions("ruwiki")]
    english = [(result.label, result.detail) for result in search.suggestions("ruwiki")]

    assert german == [("Wikipedia (Russisch)", "русский · ru.wikipedia.org")]
    assert english == [("Russian Wikipedia", "русский · ru.wikipedia.org")]


def test_the_type_ahead_says_how_many_it_found(wikis: None, client: Client) -> None:
    assert client.get("/search/?q=hindee").json()["said"] == "1 result"
    assert client.get("/search/?q=xqzjw").json() == {"results": [], "said": "0 results"}


def test_a_long_list_says_that_it_is_cut(db: None, client: Client) -> None:
    for number in range(101):
        make_project(f"w{number}.wiktionary.org")

    assert "The first 100 of 101 wikis" in client.get("/projects/?q=wiktionary").content.decode()
