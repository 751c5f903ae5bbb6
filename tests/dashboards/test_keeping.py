"""Parts of pages that are made once for all readers of the same."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.conf import LazySettings, settings
from django.test import Client
from django.utils.translation import override

from alerts.models import Alert, Severity
from dashboards.keeping import keep
from tests.factories import make_alert, make_project

TEMPLATES = settings.BASE_DIR / "templates"
KEPT = re.compile(r"{% kept \"([^\"]+)\"")
INCLUDED = re.compile(r"{% include \"([^\"]+)\"")
OF_ONE_READER = re.compile(r"\b(request|user|perms|messages|csrf_token|now)\b")


def test_what_shows_the_same_is_made_once() -> None:
    assert keep("part", {"count": 1}, lambda: "<b>1</b>") == "<b>1</b>"
    assert keep("part", {"count": 1}, lambda: pytest.fail("made twice")) == "<b>1</b>"


def test_what_shows_something_else_is_made_anew() -> None:
    keep("part", {"count": 1}, lambda: "one")
    assert keep("part", {"count": 2}, lambda: "two") == "two"
    assert keep("other", {"count": 1}, lambda: "its own") == "its own"
    with override("de"):
        assert keep("part", {"count": 1}, lambda: "eins") == "eins"


def test_nothing_is_kept_while_templates_are_written(settings: LazySettings) -> None:
    settings.DEBUG = True
    keep("part", {"count": 1}, lambda: "old")
    assert keep("part", {"count": 1}, lambda: "new") == "new"


@pytest.mark.django_db
def test_a_line_shows_what_became_of_its_alert_at_once(client: Client) -> None:
    alert = make_alert(make_project(), severity=Severity.NOTABLE)
    assert "Notable" in client.get("/alerts/").content.decode()
    Alert.objects.filter(pk=alert.pk).update(severity=Severity.EXTREME, label="Wiki Loves Earth")

    page = client.get("/alerts/").content.decode()
    assert "Wiki Loves Earth" in page
    assert 'class="alert sev-extreme"' in page


def parts() -> set[str]:
    """The templates that `kept` takes in, and those that they include."""

    def inside(names: set[str]) -> Iterator[str]:
        for name in names:
            yield name
            yield from inside(set(INCLUDED.findall((TEMPLATES / name).read_text())))

    taken = {name for path in TEMPLATES.rglob("*.html") for name in KEPT.findall(path.read_text())}
    return set(inside(taken))


def test_no_kept_part_shows_anything_of_one_reader_or_of_the_moment() -> None:
    assert parts()
    assert {name for name in parts() if OF_ONE_READER.search((TEMPLATES / name).read_text())} == set()
