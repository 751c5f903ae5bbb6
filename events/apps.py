from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EventsConfig(AppConfig):
    """What was known to go on: contests, edit-a-thons, bot runs, changes of software and of definitions."""

    name = "events"
    verbose_name = _("Events")
