from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AlertsSiteConfig(AppConfig):
    """The wiring: settings, urls, start-up commands, system checks."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "alerts_site"
    verbose_name = _("Operations")

    def ready(self) -> None:
        from alerts_site import checks  # noqa: F401 - registers the checks
