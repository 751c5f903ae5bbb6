"""Lists of alerts as feeds: entries in, Atom (RFC 4287), JSON Feed 1.1 or iCalendar (RFC 5545) out. Pure but for `entries`.

Nothing here depends on the moment of asking: the same alerts give the same bytes, so that a reader that asks again is told
"not modified".
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from alerts.choices import Status
from alerts.models import Alert
from annotations.models import Annotation
from causes.selectors import explanation_of
from edits.months import add_months
from subscriptions.criteria import GONE
from subscriptions.words import Line, lines_of, sentence, title

PAGE_SIZE = 50
# The year in which this site began to name its entries so: part of their names, which never change (RFC 4151).
TAG_YEAR = 2026
EPOCH = dt.datetime(2001, 1, 1, tzinfo=dt.UTC)  # of a feed without entries


@dataclass(frozen=True, slots=True)
class Entry:
    """One alert in a feed. `gone` says what became of it, where it does not stand any more; `link` is absolute."""

    id: str
    title: str
    summary: str
    link: str
    published: dt.datetime
    updated: dt.datetime
    month: dt.date
    tags: tuple[str, ...]
    gone: str
    explained: bool
    version: int


@dataclass(frozen=True, slots=True)
class Feed:
    """A page of a feed. All addresses are absolute; `following` and `previous` are other pages of it, empty where none is."""

    title: str
    home: str
    url: str
    entries: Sequence[Entry]
    language: str
    previous: str = ""
    following: str = ""

    @property
    def updated(self) -> dt.datetime:
        return max((entry.updated for entry in self.entries), default=EPOCH)


def entries(alerts: Collection[Alert], *, site: str) -> list[Entry]:
    """The entries of `alerts`, which carry project and category, in their order; a few queries however many there are."""
    lines = lines_of(alerts)
    notes = dict(
        Annotation.objects.filter(
            alert__in=[alert.pk for alert in alerts], headline=True, status=Annotation.Status.PUBLISHED
        ).values_list("alert", "updated_at")
    )
    return [_entry(alert, lines[alert.pk], notes.get(alert.pk), site) for alert in alerts]


def _entry(alert: Alert, line: Line, noted: dt.datetime | None, site: str) -> Entry:
    gone = str(alert.get_status_display()) if alert.status in GONE else ""
    name = title(line)
    found = explanation_of(alert)
    cause = alert.category.slug if alert.category else ""
    tags = (alert.metric, alert.direction, alert.severity, alert.status, cause)
    parts = [sentence(line), f"{line.metric} · {line.severity}.", line.cause, line.note]
    return Entry(
        id=f"tag:{urlsplit(site).hostname},{TAG_YEAR}:alert/{alert.pk}",
        title=_("%(state)s: %(title)s") % {"state": gone[:1].upper() + gone[1:], "title": name} if gone else name,
        summary=" ".join(part for part in parts if part),
        link=f"{site}{line.path}",
        published=alert.raised_at,
        updated=max(filter(None, (alert.updated_at, noted, found.updated_at if found else None))),
        month=alert.month,
        tags=tuple(tag for tag in tags if tag),
        gone=gone,
        explained=alert.status == Status.EXPLAINED or alert.withdrawn_from == Status.EXPLAINED,
        version=alert.version,
    )


class _Atom(Atom1Feed):
    """Django's Atom, with pages (RFC 5005) and the time of the newest entry for its own."""

    def latest_post_date(self) -> dt.datetime:
        updated: dt.datetime = self.feed["newest"]
        return updated

    def add_root_elements(self, handler: Any) -> None:
        super().add_root_elements(handler)
        for relation in ("previous", "next"):
            if self.feed[relation]:
                handler.addQuickElement("link", "", {"rel": relation, "href": self.feed[relation]})


def atom(feed: Feed) -> bytes:
    """The feed as Atom."""
    made = _Atom(
        title=feed.title,
        link=feed.home,
        description="",
        language=feed.language,
        author_name=_("Community Activity Alerts"),
        author_link=feed.home,
        subtitle=_("Months that stood out from a wiki's own history."),
        feed_url=feed.url,
        feed_guid=feed.url,
        feed_copyright="CC0 1.0",
        newest=feed.updated,
        previous=feed.previous,
        next=feed.following,
    )
    for entry in feed.entries:
        made.add_item(
            title=entry.title,
            link=entry.link,
            description=entry.summary,
            unique_id=entry.id,
            pubdate=entry.published,
            updateddate=entry.updated,
            categories=entry.tags,
        )
    return made.writeString("utf-8").encode()


def json_feed(feed: Feed) -> bytes:
    """The feed as JSON Feed 1.1."""
    found = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.home,
        "feed_url": feed.url,
        "next_url": feed.following,
        "language": feed.language,
        "authors": [{"name": _("Community Activity Alerts"), "url": feed.home}],
        "items": [
            {
                "id": entry.id,
                "url": entry.link,
                "title": entry.title,
                "content_text": entry.summary,
                "date_published": entry.published.isoformat(),
                "date_modified": entry.updated.isoformat(),
                "tags": list(entry.tags),
                "_alert": {"about": feed.home, "month": f"{entry.month:%Y-%m}", "stands": not entry.gone},
            }
            for entry in feed.entries
        ],
    }
    return json.dumps({key: value for key, value in found.items() if value != ""}, ensure_ascii=False).encode()


def calendar(feed: Feed) -> bytes:
    """The explained months of the feed as all-day events; one that was withdrawn since is cancelled."""
    made = Calendar()
    made.add("prodid", "-//Community Activity Alerts//EN")
    made.add("version", "2.0")
    made.add("name", feed.title)
    made.add("x-wr-calname", feed.title)
    made.add("url", feed.home)
    made.add("refresh-interval", dt.timedelta(days=1), parameters={"VALUE": "DURATION"})
    for entry in feed.entries:
        if entry.explained:
            made.add_component(_event(entry))
    return bytes(made.to_ical())


def _event(entry: Entry) -> Event:
    event = Event()
    event.add("uid", entry.id)
    event.add("dtstamp", entry.updated)
    event.add("last-modified", entry.updated)
    event.add("dtstart", entry.month)
    event.add("dtend", add_months(entry.month, 1))
    event.add("summary", entry.title)
    event.add("description", entry.summary)
    event.add("url", entry.link)
    event.add("categories", list(entry.tags))
    event.add("sequence", entry.version)
    event.add("status", "CANCELLED" if entry.gone else "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    return event


@dataclass(frozen=True, slots=True)
class Form:
    """One form of feed: how it is called, what it is served as, and what writes it."""

    label: str
    content_type: str
    write: Any


FORMS: dict[str, Form] = {
    "atom": Form("Atom", "application/atom+xml; charset=utf-8", atom),
    "json": Form("JSON Feed", "application/feed+json; charset=utf-8", json_feed),
    "ics": Form("iCalendar", "text/calendar; charset=utf-8", calendar),
}
