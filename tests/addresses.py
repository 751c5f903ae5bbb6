"""Every address of the site, found by walking its URL patterns: what kind of answer it gives, and values for its arguments.

Tests that look at all pages take their list from here. A new address is taken for a public page until `KINDS` says otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from django.urls import URLPattern, get_resolver

SERVED_BY_OTHERS = {"admin", "social"}  # namespaces
# What no other address matches, twice; Django's own, which takes a form; and what leads on to a static file.
# A file of a dump is there when one was made: tests/api/test_dump.py.
ELSEWHERE = {"api-v1:none", "api-v1:api-root", "logout", "favicon", "dump-file"}
DOCUMENTS = (".csv", ".json", ".atom", ".ics", ".txt", ".ico", ".svg", ".png", ".xml")
ARGUMENT = re.compile(r"<(?:\w+:)?(\w+)>")


class Kind(StrEnum):
    PAGE = "a page for everybody"
    PART = "a part of a page, or what its script asks for"
    DOCUMENT = "a file for programs"
    SIGNED_IN = "a page for who is signed in"
    FORM = "takes a form and shows nothing"
    BY_LINK = "a page for who got its link by mail"
    PROBE = "asked by the machines that watch the site"


KINDS = {
    "healthz": Kind.PROBE, "readyz": Kind.PROBE, "metrics": Kind.PROBE,
    "search": Kind.PART, "alert-card": Kind.PART, "alert-chart": Kind.PART,
    "personal-feed": Kind.DOCUMENT, "oembed": Kind.DOCUMENT, "embed-wiki": Kind.PART,
    "unsubscribe": Kind.BY_LINK, "address-confirm": Kind.BY_LINK,
    **dict.fromkeys(
        ("home", "following", "follow", "contributions", "own-password", "group-make", "group-change", "event-propose",
         "event-report", "annotation-create", "annotation-edit", "annotation-report", "alert-label"), Kind.SIGNED_IN
    ),
    **dict.fromkeys(
        ("api-v1:label_alert", "api-v1:explain_alert", "api-v1:dismiss_alert", "api-v1:annotate_alert"), Kind.FORM
    ),
    **dict.fromkeys(
        ("suggestion-accept", "case-file-ask", "event-take", "follow-stop", "follow-mute", "following-preferences",
         "feed-renew", "address-add", "following-forget", "address-remove", "address-resume", "group-remove",
         "choose-language"), Kind.FORM
    ),
}  # fmt: skip

# Values by argument; for an argument that means different things, by what stands before it in the address. A name in braces is
# a row that `rows_of` makes.
VALUES = {
    "domain": "is.wikipedia.org", "project": "is.wikipedia.org", "code": "is", "month": "2022-11", "form": "atom",
    "section": "wikis", "slug": "{group}", "event_pk": "{event}", "id": "{pk}",
    "api/v1/events/id": "{event}",
    "alerts/pk": "{pk}", "embed/alerts/pk": "{pk}", "events/pk": "{event}", "annotations/pk": "{note}",
    "following/pk": "{follow}", "following/addresses/pk": "{address}",
    "feeds/token": "{feed}", "u/token": "{unsubscribe}", "confirm/token": "{confirm}",
}  # fmt: skip

# What stands behind the question mark: of addresses that ask for it, and of pages that look different with it.
QUERIES = {
    "overview": ("", "?month=2022-11&family=wikipedia", "?month=2021-05"),
    "projects": ("", "?q=nothing+at+all"),
    "explorer": ("", "?alert={pk}"),
    "compare": ("?p=is.wikipedia.org",),
    "compare-csv": ("?p=is.wikipedia.org",),
    "search": ("?q=is",),
    "oembed": ("?url=http://testserver/projects/is.wikipedia.org/",),
    "month-report": ("?language=is",),
    "month-report-json": ("?language=is",),
    "api-v1:report_of_month": ("?language=is",),
    "follow": ("?scope=wiki&value=is.wikipedia.org",),
}


def patterns() -> dict[str, tuple[str, URLPattern]]:
    """Route and pattern of each address of our own, by its name with its namespace."""

    def walk(entries: list[Any], route: str, space: str) -> Iterator[tuple[str, tuple[str, URLPattern]]]:
        for entry in entries:
            here = route + str(entry.pattern)
            if not isinstance(entry, URLPattern):
                if entry.namespace not in SERVED_BY_OTHERS and here != "dash/":
                    yield from walk(entry.url_patterns, here, f"{space}{entry.namespace}:" if entry.namespace else space)
            elif f"{space}{entry.name}" not in ELSEWHERE:
                yield f"{space}{entry.name}", (here, entry)

    return dict(walk(get_resolver().url_patterns, "", ""))


def kind_of(name: str) -> Kind:
    route, _pattern = patterns()[name]
    if name in KINDS:
        return KINDS[name]
    return Kind.DOCUMENT if name.startswith("api-v1:") or route.endswith(DOCUMENTS) else Kind.PAGE


def addresses_of(name: str, **values: str) -> list[str]:
    """The addresses called `name`, one for each entry of `QUERIES`; `values` take the place of those of the table.

    Raises AssertionError for an argument that the table does not know.
    """
    route, _pattern = patterns()[name]

    def value(found: re.Match[str]) -> str:
        argument, before = found[1], ARGUMENT.sub("", route[: found.start()]).strip("/")
        given = values.get(argument, VALUES.get(f"{before}/{argument}", VALUES.get(argument)))
        assert given is not None, (
            f"The address {route} ({name}) takes {argument!r}: give VALUES of tests/addresses.py a value for "
            f"{f'{before}/{argument}'!r}, and rows_of of tests/address_rows.py the row that it names."
        )
        return given

    return [f"/{ARGUMENT.sub(value, route)}{query}" for query in QUERIES.get(name, ("",))]


def pages(kind: Kind = Kind.PAGE, **values: str) -> list[str]:
    """The addresses of all pages of a `kind`."""
    return [address for name in patterns() if kind_of(name) == kind for address in addresses_of(name, **values)]
