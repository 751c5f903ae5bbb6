"""The Celery application: `celery -A celery_app worker`, `celery -A celery_app beat`."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alerts_site.settings")

app = Celery("community_activity_alerts")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

import alerts_site.celery_signals  # noqa: E402, F401 - logging, ids and the refusal of an unsafe start
