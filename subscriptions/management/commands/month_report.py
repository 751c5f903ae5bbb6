"""Print the report of a month as wikitext."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from edits.clock import current_day
from edits.months import parse_month
from subscriptions.report_scope import report_for, report_scope


class Command(BaseCommand):
    help = "What stood out in a month, as wikitext for a village pump: of one wiki, one language or one group."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("month", help="such as 2026-03")
        parser.add_argument("--project", default="", help="a domain, such as hi.wikipedia.org")
        parser.add_argument("--language", default="", help="a language code, such as hi")
        parser.add_argument("--group", default="", help="the short name of a group, such as south-asia")
        parser.add_argument("--in", dest="spoken", default="", help="the language to write in; default: that of the wikis")
        parser.add_argument("--targets", action="store_true", help="print the target list for MassMessage instead")

    def handle(self, *args: Any, month: str, spoken: str, targets: bool, **options: Any) -> None:
        named = {name: options[name] for name in ("project", "language", "group")}
        try:
            scope = report_scope(**named, user=AnonymousUser())
            when = parse_month(month)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except ValueError as error:
            raise CommandError(str(error)) from error
        chosen = urlencode({name: value for name, value in named.items() if value})
        page = f"{settings.SITE_URL}{reverse('month-report', args=[month])}?{chosen}"
        report = report_for(scope, month=when, language=spoken, site=settings.SITE_URL, page=page, today=current_day())
        self.stdout.write(report.targets if targets else report.wikitext)
