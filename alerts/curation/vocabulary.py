"""Words that are stored in English and shown in the reader's language: reasons that the services write, seeded categories."""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

# What the migration `alerts.0002` filled in. A category that somebody adds is shown as it was written.
CATEGORIES = (
    _("Contest or campaign"), _("Edit-a-thon"), _("Bot run"), _("Import or migration"), _("Vandalism or spam"),
    _("World event"), _("Policy or software change"), _("Data artefact"), _("Other"),
)  # fmt: skip

# What stands in the history before the colon, or alone.
REASONS = {
    "Taken up": _("Taken up"),
    "Explained": _("Explained"),
    "Dismissed": _("Dismissed"),
    "Reopened": _("Reopened"),
    "Labelled": _("Labelled"),
    "Assigned to nobody": _("Assigned to nobody"),
    "Written": _("Written"),
    "Edited": _("Edited"),
    "Made the headline": _("Made the headline"),
    "No longer the headline": _("No longer the headline"),
    "approve": _("Approved"),
    "reject": _("Rejected"),
    "remove": _("Removed"),
}
ASSIGNED = "Assigned to "


def reason_in_words(reason: str) -> str:
    """`reason` as the reader says it; what a person typed stays as it was typed."""
    head, colon, rest = reason.partition(": ")
    if head in REASONS:
        return f"{REASONS[head]}{colon}{gettext(rest) if head == 'Explained' and rest else rest}"
    if reason.startswith(ASSIGNED):
        return gettext("Assigned to %(name)s") % {"name": reason.removeprefix(ASSIGNED)}
    return reason
