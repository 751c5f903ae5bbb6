"""A stand-in for Wikimedia: a real HTTP server on loopback that speaks SiteMatrix and AQS from recorded data.

In tests: `with ReplayServer(data, today=...) as server: ... server.analytics_url`. By hand: `python -m tests.replay
--help`.
"""

import os

import django
from django.apps import apps

if not apps.ready:  # a program of its own: what it answers comes from the registry of metrics
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alerts_site.settings")
    django.setup()
