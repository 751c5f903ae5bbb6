"""What is said of events, in the reader's language. Of an event and an alert it is said that they overlap, never more."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from curation.language import listed
from edits.families import FAMILIES, family_name
from edits.figures import day, percent
from events.matching import Fit
from events.models import Event
from events.regions import REGIONS
from events.scope import ALL, Specificity

MAX_PLACES = 4


def days_words(event: Event) -> str:
    """`1 September to 31 October 2012`, as the reader's language writes days; one day alone where it is one."""
    if event.first_day is None or event.last_day is None:
        return _("at all times")
    if event.first_day == event.last_day:
        return day(event.first_day)
    return _("%(first)s to %(last)s") % {"first": day(event.first_day), "last": day(event.last_day)}


def scope_words(scope: str) -> str:
    """`commons.wikimedia.org`, `Wikipedia (languages of India), not on hi.wikipedia.org`."""
    terms = scope.split()
    inside = _listed([term for term in terms if not term.startswith("-")])
    outside = _listed([term[1:] for term in terms if term.startswith("-")])
    return _("%(places)s, not on %(others)s") % {"places": inside, "others": outside} if outside else inside


def _listed(terms: list[str]) -> str:
    named = [term_words(term) for term in terms[:MAX_PLACES]]
    more = len(terms) - len(named)
    if more > 0:
        named.append(ngettext("%(count)s more", "%(count)s more", more) % {"count": more})
    return listed(named)


def term_words(term: str) -> str:
    """One place, in words."""
    if term == ALL:
        return _("all wikis")
    parts = dict(part.split(":", 1) for part in term.split("+"))
    narrow = parts.get("wiki") or parts.get("language") or (str(REGIONS[parts["region"]].label) if "region" in parts else "")
    family = family_name(parts["family"]) if parts.get("family") in FAMILIES else ""
    if family and narrow:
        return f"{family} ({narrow})"
    return narrow or (_("every wiki of the %(family)s family") % {"family": family})


def reasons(fit: Fit) -> list[str]:
    """Why the event is offered, or why it is weak; one short phrase each."""
    found = [ngettext("overlaps with %(days)s day", "overlaps with %(days)s days", fit.days) % {"days": fit.days}]
    if fit.specificity >= Specificity.ONE_OF_MANY:
        found.append(_("names this wiki"))
    elif fit.specificity == Specificity.PART:
        found.append(_("names its language or region"))
    if fit.share is not None:
        found.append(_("%(share)s of the excess is on its days") % {"share": percent(fit.share)})
    if fit.editions:
        words = {"peaked": sum(fit.editions), "count": len(fit.editions)}
        found.append(
            ngettext(
                "%(peaked)s of %(count)s earlier edition went with a peak here",
                "%(peaked)s of %(count)s earlier editions went with a peak here",
                len(fit.editions),
            )
            % words
        )
    return found
