"""A month in three to seven lines of wikitext, for people to put on their village pump, and whom to send it to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import get_language, get_language_bidi, ngettext, override
from django.utils.translation import gettext as _

from alerts.models import Alert
from edits import figures
from edits.models import Project
from subscriptions.channels.text import inert, wiki_line
from subscriptions.criteria import announceable
from subscriptions.planning import worst_first
from subscriptions.words import lines_of

MAX_LINES = 7
ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class Report:
    """`wikitext` is in `language`, which is English where the site does not speak the one that was asked for."""

    subject: str
    wikitext: str
    language: str
    right_to_left: bool
    lines: int
    targets: str


def month_report(
    *,
    month: dt.date,
    projects: Sequence[Project],
    about: str,
    language: str,
    languages: Sequence[str],
    site: str,
    page: str,
    today: dt.date,
) -> Report:
    """What stood out on `projects` in `month`, worst first.

    `about` names the wikis; `languages` are those that the site speaks, and `language` the one to write in if it is one of
    them. `site` is where the links lead, `page` the address of the page the report was copied from. What is
    expected on a wiki on the day `today` is left out, as everywhere that people are told.
    """
    spoken = language if language in languages else language.split("-")[0]
    spoken = spoken if spoken in languages else ENGLISH
    alerts = announceable(today=today).filter(month=month, project__in=[project.pk for project in projects])
    found = worst_first(alerts.select_related("project", "category").defer("evidence"))
    with override(spoken):
        text = _text(month, found, about, asked=language, site=site, page=page)
        return Report(
            subject=_("Unusual months: %(about)s, %(month)s") % {"about": about, "month": figures.month(month)},
            wikitext=text,
            language=str(get_language()),
            right_to_left=get_language_bidi(),
            lines=min(len(found), MAX_LINES),
            targets=targets(projects),
        )


def _text(month: dt.date, found: Sequence[Alert], about: str, *, asked: str, site: str, page: str) -> str:
    shown = found[:MAX_LINES]
    lines = lines_of(shown)
    words = {"about": inert(str(about)), "month": figures.month(month)}
    head = _("What stood out on %(about)s in %(month)s:") % words
    if not found:
        head = _("Nothing stood out on %(about)s in %(month)s.") % words
    body = [wiki_line(lines[alert.pk], f"{site}{lines[alert.pk].path}") for alert in shown]
    if more := len(found) - len(shown):
        text = ngettext("%(count)s more month stood out", "%(count)s more months stood out", more)
        body.append(f"* [{page} {text % {'count': figures.number(more)}}]")
    made = _("Counts of the Wikimedia Analytics API, compared with what each wiki's own history makes likely.")
    how = f"<small>{made} [{site}/methodology/ {_('How this was made')}]</small>"
    spoken, direction = str(get_language()), "rtl" if get_language_bidi() else "ltr"
    whole = "\n".join([head, *body, "", how])
    # Readers of another language are told which this is: screen readers and browsers read it right.
    return whole if asked.split("-")[0] == spoken else f'<div lang="{spoken}" dir="{direction}">\n{whole}\n</div>'


def targets(projects: Sequence[Project]) -> str:
    """A target list for MassMessage: the project page that people fill in, on each open wiki."""
    pages = [f"{{{{#target:Project:Village pump|{project.domain}}}}}" for project in projects if project.is_open]
    return "\n".join(f"* {page}" for page in pages)
