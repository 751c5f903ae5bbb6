"""How the site logs: one line per event, with the ids of request and task, and never a secret."""

from __future__ import annotations

from typing import Any


def logging_config(*, level: str, form: str) -> dict[str, Any]:
    """The LOGGING setting; `form` is `line` (for people) or `json` (for machines)."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"ids": {"()": "alerts_site.logs.Ids"}},
        "formatters": {
            "line": {
                "()": "alerts_site.logs.LineFormatter",
                "format": "%(asctime)s %(levelname)s %(name)s [%(request_id)s %(task_id)s] %(message)s",
            },
            "json": {
                "()": "alerts_site.logs.JsonLinesFormatter",
                "fmt": "%(asctime)s %(levelname)s %(name)s %(message)s %(request_id)s %(task_id)s",
                "rename_fields": {"asctime": "time", "levelname": "level", "name": "logger"},
            },
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": form, "filters": ["ids"]}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            # Its own handlers would print everything a second time, in another form.
            "django": {"handlers": [], "propagate": True},
            "django.server": {"handlers": [], "propagate": True},
            "gunicorn.error": {"handlers": [], "propagate": True},
            "axes": {"level": "WARNING"},
            # A folder as the broker has no host name to warn about.
            "kombu.connection": {"level": "ERROR"},
        },
    }
