"""Why this alert, and is it still what its rules make of the stored counts?"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from alerts.engine.verification import NotComparable, verify_alert
from alerts.explain import explain
from alerts.models import Alert


class Command(BaseCommand):
    help = "Explain an alert, compute it anew from the stored counts, and say whether the result is identical."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("alert", type=int, help="the alert's number, as in its address")

    def handle(self, *args: Any, **options: Any) -> None:
        alert = Alert.objects.select_related("project").filter(pk=options["alert"]).first()
        if alert is None:
            raise CommandError(f"There is no alert {options['alert']}")
        self.stdout.write(f"{alert} ({alert.get_status_display()}, {alert.get_severity_display()})")
        told = explain(alert)
        for text in filter(None, (*told.sentences, told.chances, told.provenance)):
            self.stdout.write(f"  {text}")
        try:
            differences = verify_alert(alert)
        except NotComparable as error:
            raise CommandError(f"Not computed anew: {error}") from error
        for difference in differences:
            self.stdout.write(f"  {difference.field}: stored {difference.stored!r}, computed {difference.computed!r}")
        if differences:
            raise CommandError("The result is NOT identical.")
        self.stdout.write("Computed anew: the result is identical.")
