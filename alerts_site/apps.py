from django.apps import AppConfig
from django.conf import settings
from django.contrib.auth.signals import user_logged_in


class AlertsSiteConfig(AppConfig):
    """The wiring: settings, urls, entry points, system checks."""

    name = "alerts_site"

    def ready(self) -> None:
        from alerts_site import checks  # noqa: F401 - registers the checks
        from alerts_site.conf.broker import FOLDERS
        from alerts_site.logs import report_errors
        from alerts_site.reading_language import take_from_settings
        from alerts_site.var_dir import make_folders

        broker = [] if settings.REDIS_URL else [settings.VAR_DIR / "broker" / name for name in FOLDERS]
        # In production they hold what pages can do without: metrics, and a smaller bundle for the charts.
        make_folders([settings.VAR_DIR, settings.CHART_BUNDLE_DIR, *broker], needed=not settings.PRODUCTION)
        user_logged_in.connect(take_from_settings, dispatch_uid="reading language")
        report_errors(dsn=settings.SENTRY_DSN, environment=settings.PROFILE)
