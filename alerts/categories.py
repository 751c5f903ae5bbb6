"""The kinds of causes that the site comes with. Adding one: docs/adding-a-category.md."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

# Short name, and the name as it is stored. `Category.__str__` says it in the reader's language; a category that somebody
# adds in the admin is shown as it was written.
SHIPPED_CATEGORIES = {
    "contest": _("Contest or campaign"),
    "edit-a-thon": _("Edit-a-thon"),
    "bot-run": _("Bot run"),
    "import": _("Import or migration"),
    "vandalism": _("Vandalism or spam"),
    "world-event": _("World event"),
    "policy": _("Policy or software change"),
    "data-artefact": _("Data artefact"),
    "other": _("Other"),
}
