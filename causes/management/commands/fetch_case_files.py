"""Ask Wikimedia for details of alerts: who, which pages, which days."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from alerts.models import Alert
from causes.case_files.fetching import fetch_case_file
from causes.case_files.services import due_case_files, open_case_files, request_case_files
from causes.models import CaseFile
from causes.services import explain_alerts
from edits.clock import current_day
from edits.finding import resolve_projects
from edits.management.fetching import PATIENCE, month
from edits.wikimedia.factory import open_session


class Command(BaseCommand):
    help = "Fetches the case files of alerts (at most 24 requests each), and explains these alerts with them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--alert", nargs="+", type=int, default=[], metavar="ID", help="only these alerts, of any age")
        parser.add_argument("--project", nargs="+", default=[], metavar="DOMAIN", help="only alerts of these, of any age")
        parser.add_argument("--month", type=month, metavar="YYYY-MM", help="only alerts of this month, of any age")
        parser.add_argument("--limit", type=int, help="this many files at most")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            session = open_session(patience=PATIENCE)
        except ValueError as error:
            raise CommandError(str(error)) from error
        states = []
        for alert_id in self._due(options)[: options["limit"]]:
            file = fetch_case_file(alert_id=alert_id, session=session)
            if file is None:
                self.stdout.write(f"  Alert {alert_id}: left alone, since it was withdrawn or another worker has it")
                continue
            explain_alerts(alert_ids=[alert_id], again=True)
            states.append(file.state)
            told = f"{file.get_state_display()}{f'. {file.last_error}' if file.last_error else ''}"
            self.stdout.write(f"  {file.alert}, {file.alert.get_metric_display()}: {told}")
        complete = states.count(CaseFile.State.COMPLETE)
        self.stdout.write(f"{len(states)} case files fetched, {complete} of them complete.")

    def _due(self, options: dict[str, Any]) -> list[int]:
        """The alerts to ask about: those named, or what the schedule would ask for now."""
        now = timezone.now()
        if not (options["alert"] or options["project"] or options["month"]):
            open_case_files(today=current_day(), now=now)
            return due_case_files(now=now)
        alerts = Alert.objects.standing().order_by("-month", "pk")
        if options["alert"]:
            alerts = alerts.filter(pk__in=options["alert"])
        if options["project"]:
            alerts = alerts.filter(project__in=resolve_projects(options["project"]))
        if options["month"]:
            alerts = alerts.filter(month=options["month"])
        request_case_files(alerts=alerts, now=now)
        return list(alerts.values_list("pk", flat=True))
