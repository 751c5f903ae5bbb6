"""Feeds: valid by the rules of their standards, stable while nothing changes, and marked where something was taken back."""

from __future__ import annotations

import datetime as dt
import json
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from django.core.cache import cache
from django.test import Client
from icalendar import Calendar

from accounts.models import User
from alerts.choices import Status
from alerts.models import Alert
from edits.models import Project
from edits.months import add_months
from subscriptions.feeds import PAGE_SIZE
from subscriptions.models import Group, GroupRule
from subscriptions.services import follow, preferences_of, renew_feed
from tests.factories import make_alert, make_project

ATOM = "{http://www.w3.org/2005/Atom}"
pytestmark = pytest.mark.django_db


def texts(element: ElementTree.Element, name: str) -> list[str]:
    return [found.text or "" for found in element.findall(f"{ATOM}{name}")]


def check_atom(content: bytes) -> list[ElementTree.Element]:
    """The rules of RFC 4287 that feed validators check; the entries."""
    root = ElementTree.fromstring(content)
    assert root.tag == f"{ATOM}feed"
    assert root.get("{http://www.w3.org/XML/1998/namespace}lang")
    entries = root.findall(f"{ATOM}entry")
    for element in (root, *entries):
        for name in ("id", "title", "updated"):
            (text,) = texts(element, name)
            assert text.strip(), name
        (identifier,) = texts(element, "id")
        assert urlsplit(identifier).scheme in {"tag", "http", "https"}
        for name in ("updated", "published"):
            for stamp in texts(element, name):
                assert dt.datetime.fromisoformat(stamp).tzinfo is not None
        for link in element.findall(f"{ATOM}link"):
            assert urlsplit(link.get("href", "")).netloc
        for category in element.findall(f"{ATOM}category"):
            assert category.get("term")
    relations = [link.get("rel", "alternate") for link in root.findall(f"{ATOM}link")]
    assert relations.count("self") == 1
    assert relations.count("alternate") == 1
    assert root.find(f"{ATOM}author/{ATOM}name") is not None
    identifiers = [texts(entry, "id")[0] for entry in entries]
    assert len(set(identifiers)) == len(identifiers)
    for entry in entries:
        assert any(link.get("rel", "alternate") == "alternate" for link in entry.findall(f"{ATOM}link"))
        assert texts(entry, "summary")
    return entries


def test_every_filter_of_the_list_is_a_feed(client: Client, peak: Alert, iceland: Project) -> None:
    other = make_alert(make_project("de.wiktionary.org"), dt.date(2022, 10, 1), severity="notable")
    group = Group.objects.create(slug="north", name="North", published=True)
    GroupRule.objects.create(group=group, kind="language", value=iceland.language_code)
    everything = check_atom(client.get("/alerts.atom").content)
    assert [texts(entry, "id")[0].rpartition("/")[2] for entry in everything] == [str(peak.pk), str(other.pk)]
    narrowed = (
        "project=is.wikipedia.org",
        "language=is",
        "family=wikipedia",
        "group=north",
        "severity=extreme",
        "month=2022-11",
    )
    for query in narrowed:
        (entry,) = check_atom(client.get(f"/alerts.atom?{query}").content)
        assert texts(entry, "title") == ["Icelandic Wikipedia +218%, November 2022"], query
    for query in ("family=wikinews", "cause=bots"):
        assert check_atom(client.get(f"/alerts.atom?{query}").content) == [], query
    for name in ("category", "project", "group", "severity", "cause", "language"):
        assert client.get(f"/alerts.atom?{name}=unknown-thing").status_code == 400, name


@pytest.mark.parametrize("path", ["/alerts.atom", "/alerts.feed.json", "/alerts.ics"])
def test_asked_again_nothing_is_sent(client: Client, peak: Alert, path: str) -> None:
    Alert.objects.update(status=Status.EXPLAINED)
    first = client.get(path)
    assert first.status_code == 200
    again = client.get(path, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(path, headers={"if-modified-since": first["Last-Modified"]}).status_code == 304
    peak.refresh_from_db()
    peak.label = "Contest"
    peak.save()
    assert client.get(path, headers={"if-none-match": first["ETag"]}).status_code == 200


def test_a_revision_moves_updated_and_nothing_else_of_its_name(client: Client, peak: Alert) -> None:
    (before,) = check_atom(client.get("/alerts.atom").content)
    peak.percentage_difference = 250.0
    peak.save()
    (after,) = check_atom(client.get("/alerts.atom").content)
    assert texts(before, "id") == texts(after, "id")
    assert texts(before, "published") == texts(after, "published")
    assert texts(before, "updated") < texts(after, "updated")
    assert texts(after, "title") == ["Icelandic Wikipedia +250%, November 2022"]


def test_what_was_withdrawn_stays_and_says_so(client: Client, peak: Alert) -> None:
    Alert.objects.update(status=Status.WITHDRAWN, withdrawn_from=Status.EXPLAINED)
    (entry,) = check_atom(client.get("/alerts.atom").content)
    assert texts(entry, "title") == ["Withdrawn: Icelandic Wikipedia +218%, November 2022"]
    assert "withdrawn" in {category.get("term") for category in entry.findall(f"{ATOM}category")}
    (item,) = json.loads(client.get("/alerts.feed.json").content)["items"]
    assert item["_alert"]["stands"] is False
    (event,) = Calendar.from_ical(client.get("/alerts.ics").content).events
    assert event["STATUS"] == "CANCELLED"


def test_provisional_verdicts_are_in_no_feed(client: Client, peak: Alert) -> None:
    Alert.objects.update(provisional=True)
    assert check_atom(client.get("/alerts.atom").content) == []
    assert json.loads(client.get("/alerts.feed.json").content)["items"] == []


def test_pages_of_a_feed(client: Client, iceland: Project) -> None:
    for back in range(PAGE_SIZE + 5):
        make_alert(iceland, add_months(dt.date(2022, 11, 1), -back))
    first = client.get("/alerts.atom?language=is")
    root = ElementTree.fromstring(first.content)
    links = {link.get("rel"): link.get("href", "") for link in root.findall(f"{ATOM}link")}
    assert "previous" not in links
    second = client.get(links["next"])
    ids = [texts(entry, "id")[0] for entry in (*check_atom(first.content), *check_atom(second.content))]
    assert len(ids) == len(set(ids)) == PAGE_SIZE + 5
    assert client.get(json.loads(client.get("/alerts.feed.json?language=is").content)["next_url"]).status_code == 200


def test_json_feed(client: Client, peak: Alert) -> None:
    response = client.get("/alerts.feed.json?project=is.wikipedia.org")
    assert response["Content-Type"].startswith("application/feed+json")
    feed = json.loads(response.content)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["feed_url"] == "http://testserver/alerts.feed.json?project=is.wikipedia.org"
    (item,) = feed["items"]
    assert {"id", "url", "title", "content_text", "date_published", "date_modified", "tags"} <= item.keys()
    assert "9,579 edits, expected 3,016 (+218%)" in item["content_text"]


def test_calendar_of_explained_months(client: Client, peak: Alert, iceland: Project) -> None:
    make_alert(iceland, dt.date(2022, 10, 1))
    Alert.objects.filter(pk=peak.pk).update(status=Status.EXPLAINED, label="Contest; with, commas " + "é" * 80)
    content = client.get("/alerts.ics").content
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    calendar = Calendar.from_ical(content)
    assert calendar["REFRESH-INTERVAL"].dt == dt.timedelta(days=1)
    (event,) = calendar.events
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (dt.date(2022, 11, 1), dt.date(2022, 12, 1))
    assert "Contest; with, commas" in event["DESCRIPTION"]
    assert event["UID"].endswith(f"alert/{peak.pk}")
    assert b"DTSTART;VALUE=DATE:20221101" in content


def test_pages_name_their_feed(client: Client, peak: Alert) -> None:
    for page, query in (
        ("/", "metric=edits"),
        ("/alerts/?language=is", "language=is"),
        ("/projects/is.wikipedia.org/", "project=is.wikipedia.org"),
        ("/languages/is/", "language=is"),
    ):
        text = client.get(page).content.decode()
        assert 'type="application/atom+xml"' in text, page
        assert f'href="/alerts.atom?{query}"' in text, page


def test_a_personal_feed(client: Client, peak: Alert, bob: User) -> None:
    follow(by=bob, scope="wiki", value="is.wikipedia.org")
    make_alert(make_project("de.wikipedia.org"), peak.month)
    token = preferences_of(bob).feed_token
    assert len(token) >= 43
    response = client.get(f"/feeds/{token}.atom")
    assert "private" in response["Cache-Control"]
    (entry,) = check_atom(response.content)
    assert texts(entry, "title") == ["Icelandic Wikipedia +218%, November 2022"]
    assert b"bob" not in response.content
    assert client.get(f"/feeds/{token}.atom?colour=red").status_code == 400
    follow(by=bob, scope="wiki", value="de.wikipedia.org")
    first, second = (client.get(f"/feeds/{token}.json?per_page=1&page={number}").json() for number in (1, 2))
    assert first["next_url"].endswith(f"/feeds/{token}.json?page=2&per_page=1")
    assert "next_url" not in second
    assert {item["id"] for feed in (first, second) for item in feed["items"]} == {
        item["id"] for item in client.get(f"/feeds/{token}.json").json()["items"]
    }
    cache.clear()
    renewed = renew_feed(by=bob).feed_token
    assert client.get(f"/feeds/{token}.atom").status_code == 404
    assert client.get(f"/feeds/{renewed}.json").status_code == 200
    assert client.get(f"/feeds/{renewed}.exe").status_code == 404
    bob.is_active = False
    bob.save()
    assert client.get(f"/feeds/{renewed}.atom").status_code == 404
