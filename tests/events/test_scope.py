"""Where an event takes place."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from events.scope import BadScope, Specificity, holds, parse_scope, specificity, terms_of


def wiki(domain: str, language: str = "") -> frozenset[str]:
    return terms_of(SimpleNamespace(domain=domain, family=domain.rsplit(".", 2)[-2], language_code=language))


COMMONS, HINDI, RUSSIAN = wiki("commons.wikimedia.org"), wiki("hi.wikipedia.org", "hi"), wiki("ru.wikipedia.org", "ru")


@pytest.mark.parametrize(
    ("scope", "inside", "outside"),
    [
        ("all", [COMMONS, HINDI, RUSSIAN], []),
        ("family:wikipedia", [HINDI, RUSSIAN], [COMMONS]),
        ("language:hi", [HINDI], [COMMONS, RUSSIAN]),
        ("region:india", [HINDI], [COMMONS, RUSSIAN]),
        ("family:wikisource+region:india", [], [HINDI]),
        ("region:india+family:wikipedia", [HINDI], [RUSSIAN]),
        ("wiki:commons.wikimedia.org", [COMMONS], [HINDI]),
        ("family:wikipedia, -wiki:ru.wikipedia.org", [HINDI], [RUSSIAN, COMMONS]),
        ("all -family:wikimedia -language:ru", [HINDI], [RUSSIAN, COMMONS]),
    ],
)
def test_a_scope_holds_where_it_says(scope: str, inside: list[frozenset[str]], outside: list[frozenset[str]]) -> None:
    terms = parse_scope(scope)
    assert all(holds(terms, each) for each in inside)
    assert not any(holds(terms, each) for each in outside)


def test_www_is_the_same_wiki() -> None:
    assert holds(parse_scope("wiki:wikidata.org"), wiki("www.wikidata.org"))
    assert parse_scope("wiki:www.wikidata.org") == ("wiki:wikidata.org",)


@pytest.mark.parametrize(
    "text",
    ["everywhere", "family:nothing", "wiki:", "wiki:not a domain", "language:DE", "region:mars", "-all", "family:wikipedia+",
     "wiki:de.wikipedia.org+family:wikipedia", "family:wikipedia+family:wikisource", "language:hi+region:india",
     "-wiki:de.wikipedia.org", "wiki:de.wikipedia.org/x", "wiki:" + "a" * 200 + ".org"],
)  # fmt: skip
def test_what_is_no_place_is_refused_and_named(text: str) -> None:
    with pytest.raises(BadScope):
        parse_scope(text)


def test_a_scope_is_written_in_one_way() -> None:
    assert parse_scope("  wiki:b.wikipedia.org\nwiki:a.wikipedia.org,wiki:b.wikipedia.org ") == (
        "wiki:a.wikipedia.org",
        "wiki:b.wikipedia.org",
    )
    assert parse_scope("") == ()


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ("all", Specificity.EVERYWHERE),
        ("family:wikipedia", Specificity.FAMILY),
        ("family:wikipedia language:hi", Specificity.PART),
        ("family:wikipedia wiki:hi.wikipedia.org", Specificity.NAMED),
        ("wiki:hi.wikipedia.org wiki:ta.wikipedia.org", Specificity.NAMED),
        ("wiki:hi.wikipedia.org", Specificity.ALONE),
        ("wiki:hi.wikipedia.org " + " ".join(f"wiki:w{n}.wikipedia.org" for n in range(9)), Specificity.ONE_OF_MANY),
    ],
)
def test_the_narrowest_term_that_holds_says_how_specific_it_is(scope: str, expected: Specificity) -> None:
    assert specificity(parse_scope(scope), HINDI) is expected
