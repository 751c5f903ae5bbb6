"""The Django project. Celery's application comes with it, so that web processes and commands send to the configured broker."""

from celery_app import app as celery_app

__all__ = ["celery_app"]
