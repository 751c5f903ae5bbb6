"""`manage.py fetch_chart_bundle`: plotly's small bundle, where npm can fetch it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from dashboards import chart_bundle


class Command(BaseCommand):
    help = "Fetch plotly's small bundle with npm (once for each version). Without npm the large one is served."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            version = chart_bundle.wanted_version()
            if chart_bundle.installed(version):
                return
            place = chart_bundle.fetch(version)
        except chart_bundle.BundleError as error:
            self.stderr.write(f"Charts: {error}.")
            return
        self.stdout.write(f"Charts: plotly.js {version} basic, {place.stat().st_size:,} bytes.")
