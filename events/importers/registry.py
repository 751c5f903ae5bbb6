"""The sources that events are read from. Adding one is a file and a line here: docs/adding-an-importer.md."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from events.importers import campaign_events, csv_file, dashboard, icalendar_file
from events.importers.sources import Importer

SHIPPED = "shipped"

IMPORTERS: dict[str, Importer] = {
    importer.name: importer
    for importer in (
        Importer("csv", _("table of events (CSV)"), csv_file.read, takes=_("a file or an address")),
        Importer("icalendar", _("calendar (iCalendar)"), icalendar_file.read, takes=_("a file or an address")),
        Importer(dashboard.NAME, _("Programs & Events Dashboard"), dashboard.read, weekly=True),
        Importer("campaign_events", _("event registrations on Meta-Wiki"), campaign_events.read, weekly=True),
    )
}
LABELS: dict[str, str | Promise] = {
    SHIPPED: _("calendar that comes with this site"),
    **{name: importer.label for name, importer in IMPORTERS.items()},
}


def label_of(importer: str) -> str:
    """What people call the source; its name where it is not registered any more."""
    return str(LABELS.get(importer, importer))
