from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EditsConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "edits"
    verbose_name = _("Edits")

    def ready(self) -> None:
        from edits.fetching import admin  # noqa: F401 - the runs' part of the admin
