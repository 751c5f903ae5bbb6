"""WSGI entry point: `gunicorn alerts_site.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alerts_site.settings")

application = get_wsgi_application()

from alerts_site.checks import refuse_unsafe_start  # noqa: E402 - needs the applications to be loaded

refuse_unsafe_start()
