"""What kinds of events there are, what they can do to a count, and which counts an event touches."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    CONTEST = "contest", _("contest")
    EDITATHON = "editathon", _("edit-a-thon")
    CAMPAIGN = "campaign", _("campaign")
    BANNER = "banner", _("banner campaign")
    ANNIVERSARY = "anniversary", _("anniversary")
    WORLD = "world", _("world event")
    BOT = "bot", _("bot run")
    SOFTWARE = "software", _("change of software")
    POLICY = "policy", _("change of policy")
    DEFINITION = "definition", _("change of definition")
    OUTAGE = "outage", _("time without editing")
    OTHER = "other", _("other")


@dataclass(frozen=True, slots=True)
class KindInfo:
    """What follows from a kind.

    `raises`, `lowers`: whether it can explain a peak, a drop. `is_break`: counts before and after it are not alike, and charts
    say so on their axis. `aftermath`: so many days after its last day the event can still show in the counts. `category`: the
    short name of the cause that an alert gets from such an event.
    """

    category: str
    raises: bool = True
    lowers: bool = False
    is_break: bool = False
    aftermath: int = 0


KINDS: dict[str, KindInfo] = {
    Kind.CONTEST: KindInfo("contest"),
    Kind.EDITATHON: KindInfo("edit-a-thon"),
    Kind.CAMPAIGN: KindInfo("contest"),
    Kind.BANNER: KindInfo("contest"),
    Kind.ANNIVERSARY: KindInfo("other"),
    Kind.WORLD: KindInfo("world-event", lowers=True),
    Kind.BOT: KindInfo("bot-run"),
    Kind.SOFTWARE: KindInfo("policy", lowers=True, is_break=True, aftermath=92),
    Kind.POLICY: KindInfo("policy", lowers=True, is_break=True, aftermath=92),
    Kind.DEFINITION: KindInfo("data-artefact", lowers=True, is_break=True),
    Kind.OUTAGE: KindInfo("data-artefact", raises=False, lowers=True),
    Kind.OTHER: KindInfo("other", lowers=True),
}
BREAKS = frozenset(kind for kind, info in KINDS.items() if info.is_break)


class Touch(models.TextChoices):
    """Whose work, or which figure, an event changes."""

    PEOPLE = "people", _("edits by people")
    ANONYMOUS = "anonymous", _("edits without an account")
    NEWCOMERS = "newcomers", _("new editors")
    BOTS = "bots", _("edits by bots")
    NEW_PAGES = "new_pages", _("new pages")
    NON_CONTENT = "non_content", _("edits outside of content pages")
    EDITORS = "editors", _("numbers of editors")
    EDITOR_TYPES = "editor_types", _("the split by editor type")
    PAGE_TYPES = "page_types", _("the split by page type")


# The metrics, by name, that an event does not move though it touches this. Other metrics count as moved.
PEOPLE_COUNTED = frozenset({"active_editors", "editors", "new_editors", "new_registered_users", "registered_users"})
UNMOVED: dict[str, frozenset[str]] = {
    Touch.BOTS: PEOPLE_COUNTED,
    Touch.NEW_PAGES: PEOPLE_COUNTED,
    Touch.NON_CONTENT: PEOPLE_COUNTED,
    Touch.EDITORS: frozenset({"edits", "new_pages", "edited_pages"}),
    Touch.EDITOR_TYPES: frozenset({"edits", "active_editors", "editors", "new_pages", "edited_pages"}),
    Touch.PAGE_TYPES: PEOPLE_COUNTED,
}


def moves(touches: list[str], metric: str) -> bool:
    """Whether an event that touches these can move `metric`; one of which nothing is known can."""
    return not touches or any(metric not in UNMOVED.get(touch, frozenset()) for touch in touches)
