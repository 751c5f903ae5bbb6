"""The Programs & Events Dashboard: `/all_courses.json` lists every public course in one answer.

Field names are from its source (WikiEduDashboard@1fe5b27d, analytics controller); a missing field is told, not
guessed. The names of participants are in the answer and are not stored: only how many there are.
"""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from edits.families import is_wikimedia
from events.importers.drafts import BadDraft, EventDraft
from events.importers.sources import Batch, Source, Unreadable
from events.kinds import Kind, Touch
from events.models import Grade

NAME = "dashboard"
PATH = "/all_courses.json"


def read(source: Source) -> Batch:
    """All courses; Unreadable for an answer of another form."""
    payload = source.online.get_json(settings.EVENTS_DASHBOARD_URL.rstrip("/") + PATH)
    courses = payload.get("all_courses") if isinstance(payload, dict) else None
    if not isinstance(courses, list):
        raise Unreadable(_("The answer holds no list “all_courses”"))
    if not courses and source.known:
        raise Unreadable(
            ngettext(
                "The list is empty, though %(known)s event is known from it",
                "The list is empty, though %(known)s events are known from it",
                len(source.known),
            )
            % {"known": len(source.known)}
        )
    batch = Batch(complete=True)
    for place, course in enumerate(courses):
        where = f"all_courses[{place}]"
        try:
            batch.drafts.append(draft_of(course))
        except BadDraft as error:
            batch.misunderstood(f"{where} {_title(course)}".strip(), str(error))
            # It is there, though it cannot be read: what was read of it before stays.
            batch.complete = False
    return batch


def draft_of(course: Any) -> EventDraft:
    """One course as an event."""
    if not isinstance(course, dict):
        raise BadDraft(_("is not an object"))
    key, slug = course.get("id"), course.get("slug")
    if not isinstance(key, int) or isinstance(key, bool) or not isinstance(slug, str) or not slug:
        raise BadDraft(_("has no id or no slug"))
    editors = course.get("editors")
    return EventDraft(
        external_id=str(key),
        title=_title(course)[:200],
        url=course_url(slug),
        kind=Kind.EDITATHON,
        first_day=_day(course, "start"),
        last_day=_day(course, "end"),
        scope=_scope(course),
        touches=(Touch.PEOPLE.value,),
        participants=len(editors) if isinstance(editors, list) else None,
        grade=Grade.OFFICIAL,
    )


def course_url(slug: str) -> str:
    """The page of a course."""
    return f"{settings.EVENTS_DASHBOARD_URL.rstrip('/')}/courses/{quote(slug, safe='/()_,')}"[:500]


def _title(course: Any) -> str:
    title = course.get("title") if isinstance(course, dict) else None
    return " ".join(title.split()) if isinstance(title, str) else ""


def _day(course: dict[str, Any], name: str) -> dt.date:
    """The day in UTC of a time such as `2018-03-01T00:00:00.000Z`."""
    text = course.get(name)
    try:
        moment = dt.datetime.fromisoformat(text if isinstance(text, str) else "")
    except ValueError:
        raise BadDraft(_("%(name)s: “%(value)s” is not a time") % {"name": name, "value": str(text)[:40]}) from None
    return (moment if moment.tzinfo is None else moment.astimezone(dt.UTC)).date()


def _scope(course: dict[str, Any]) -> str:
    tracked = course.get("tracked_wikis")
    hosts = [*(tracked if isinstance(tracked, list) else []), course.get("home_wiki")]
    known = {host.lower() for host in hosts if isinstance(host, str) and is_wikimedia(host.lower())}
    if not known:
        raise BadDraft(_("names no wiki: %(value)s") % {"value": str(hosts)[:80]})
    return " ".join(f"wiki:{host}" for host in sorted(known))
