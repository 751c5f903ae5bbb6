"""The CampaignEvents extension on Meta-Wiki: each event registration by its number.

It has no list. Numbers are given in order, so an import goes on from where the last one ended until many in a row do not
exist, and asks again for known events that are not long over. Field names are from its source (CampaignEvents@8cee2392).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.utils.translation import gettext as _

from edits.models import Project
from edits.wikimedia.errors import BadPayload, NotFound
from events.importers.dashboard import NAME as DASHBOARD
from events.importers.dashboard import course_url
from events.importers.drafts import BadDraft, EventDraft
from events.importers.sources import Batch, Source
from events.kinds import Kind, Touch
from events.models import Grade

MAX_REQUESTS = 400  # in one import: two minutes of the site's budget
MAX_ABSENT = 50  # numbers in a row that do not exist: the newest event lies before them
STILL_CHANGES = dt.timedelta(days=60)  # after its end
ALL_WIKIS = "*"
KINDS = {"contest": Kind.CONTEST, "campaign": Kind.CAMPAIGN}  # a word in `types`; anything else is an edit-a-thon


def read(source: Source) -> Batch:
    """Known events that may still change, then new ones."""
    domains = dict(Project.objects.values_list("dbname", "domain"))
    batch = Batch(cursor=source.cursor)
    again = sorted(int(key) for key, last in source.known.items() if last >= source.now.date() - STILL_CHANGES)
    for number in again[:MAX_REQUESTS]:
        _ask(batch, source, number, domains)
    absent, first = 0, source.cursor or 1
    for number in range(first, first + max(MAX_REQUESTS - len(again), 0)):
        absent = 0 if _ask(batch, source, number, domains) else absent + 1
        if not absent:
            batch.cursor = number + 1
        if absent >= MAX_ABSENT:
            break
    return batch


def _ask(batch: Batch, source: Source, number: int, domains: Mapping[str, str]) -> bool:
    """Whether there is such a number; what it holds goes into `batch`. A failure of the network ends the import."""
    url = f"{settings.EVENTS_CAMPAIGNS_URL.rstrip('/')}/event_registration/{number}"
    try:
        event = source.online.get_json(url)
    except NotFound as error:
        if not (isinstance(error.problem, dict) and error.problem.get("httpCode") == 404):
            raise  # a page of the edge, or another address: this tells nothing about the event
        batch.gone.add(str(number))
        return False
    if not isinstance(event, dict):
        raise BadPayload(f"event_registration/{number} is not an object", str(event))
    if event.get("is_test_event"):
        batch.gone.add(str(number))
        return True
    try:
        batch.drafts.append(draft_of(event, number, domains))
    except BadDraft as error:
        batch.misunderstood(f"event_registration/{number}", str(error))
    return True


def draft_of(event: Mapping[str, Any], number: int, domains: Mapping[str, str]) -> EventDraft:
    """One registration as an event. `domains`: the domain of each wiki by its database name."""
    if event.get("id") != number:
        raise BadDraft(_("says that its id is %(id)s") % {"id": str(event.get("id"))[:40]})
    name = event.get("name")
    return EventDraft(
        external_id=str(number),
        title=" ".join(name.split())[:200] if isinstance(name, str) else "",
        url=_page(event, domains),
        kind=_kind(event),
        first_day=_day(event, "start_time"),
        last_day=_day(event, "end_time"),
        scope=_scope(event, domains),
        touches=(Touch.PEOPLE.value,),
        grade=Grade.OFFICIAL,
        aliases=tuple(_courses(event)),
    )


def _day(event: Mapping[str, Any], name: str) -> dt.date:
    """The local day of `YYYYMMDDhhmmss`: the organisers' own calendar."""
    text = event.get(name)
    try:
        return dt.datetime.strptime(text if isinstance(text, str) else "", "%Y%m%d%H%M%S").date()
    except ValueError:
        raise BadDraft(_("%(name)s: “%(value)s” is not a time") % {"name": name, "value": str(text)[:40]}) from None


def _scope(event: Mapping[str, Any], domains: Mapping[str, str]) -> str:
    wikis = event.get("wikis")
    if not isinstance(wikis, list) or not wikis:
        raise BadDraft(_("names no wiki"))
    if ALL_WIKIS in wikis:
        return "all"
    known = {domains[name] for name in wikis if isinstance(name, str) and name in domains}
    if not known:
        raise BadDraft(_("names no wiki: %(value)s") % {"value": str(wikis)[:80]})
    return " ".join(f"wiki:{domain}" for domain in sorted(known))


def _kind(event: Mapping[str, Any]) -> Kind:
    types = event.get("types")
    words = " ".join(str(each) for each in types).lower() if isinstance(types, list) else ""
    return next((kind for word, kind in KINDS.items() if word in words), Kind.EDITATHON)


def _page(event: Mapping[str, Any], domains: Mapping[str, str]) -> str:
    page, wiki = event.get("event_page"), event.get("event_page_wiki")
    domain = domains.get(wiki) if isinstance(wiki, str) else None
    return (
        f"https://{domain}/wiki/{quote(page.replace(' ', '_'), safe=':/')}"[:500] if domain and isinstance(page, str) else ""
    )


def _courses(event: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The dashboard's courses that track the event: the same event in another source."""
    tools = event.get("tracking_tools")
    for tool in tools if isinstance(tools, list) else ():
        slug = tool.get("tool_event_id") if isinstance(tool, dict) else None
        if isinstance(slug, str) and slug:
            yield DASHBOARD, course_url(slug)
