"""Which alerts a policy would have raised in the last years, beside those that stand. Writes nothing."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from alerts.detection.registry import DETECTORS
from alerts.management.differences import print_differences
from alerts.models import DetectionPolicy, Direction
from alerts.policies import SITE
from alerts.services import preview_policy
from edits.finding import UnknownProject, resolve_project
from edits.metrics import METRICS

RULES = ("detector", "parameters", "metrics", "directions", "minimum_volume", "reopen_step")


class Command(BaseCommand):
    help = (
        "Show which alerts of the last years a policy would raise and withdraw. Starts from the stored policy of the "
        "scope (or the site's) and changes what is given. Writes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--family", default="", help="the policy of this family, such as wikipedia")
        parser.add_argument("--project", default="", help="the policy of this project, such as en.wikipedia.org")
        parser.add_argument("--detector", choices=list(DETECTORS))
        parser.add_argument("--parameters", type=json.loads, help="""as JSON, such as '{"percentage": 50}'""")
        parser.add_argument("--minimum-volume", type=int)
        parser.add_argument("--direction", choices=Direction.values, action="append")
        parser.add_argument("--metric", choices=list(METRICS), action="append")
        parser.add_argument("--months", type=int, default=60, help="how far back (60)")
        parser.add_argument("--list", type=int, default=10, metavar="N", help="name the N worst raised and withdrawn (10)")

    def handle(self, *args: Any, **options: Any) -> None:
        policy = self._candidate(options)
        metrics = options["metric"] or list(METRICS)
        differences = preview_policy(policy=policy, months=options["months"], metrics=metrics)
        print_differences(self.stdout, differences, listed=options["list"])

    def _candidate(self, options: dict[str, Any]) -> DetectionPolicy:
        try:
            project = resolve_project(options["project"]) if options["project"] else None
        except UnknownProject as error:
            raise CommandError(str(error)) from error
        policy = DetectionPolicy(project=project, family=options["family"])
        stored = DetectionPolicy.objects.filter(scope=policy.scope_of()).first()
        site = DetectionPolicy.objects.get(scope=SITE)
        for name in RULES:
            setattr(policy, name, getattr(site, name))
        policy = stored or policy
        if options["detector"] and options["detector"] != policy.detector:
            policy.detector, policy.parameters = options["detector"], {}
        given = {"parameters": "parameters", "minimum_volume": "minimum_volume", "direction": "directions"}
        for option, name in given.items():
            if options[option] is not None:
                setattr(policy, name, options[option])
        try:
            policy.full_clean()
        except ValidationError as error:
            texts = (f"{name}: {' '.join(messages)}" for name, messages in error.message_dict.items())
            raise CommandError("; ".join(texts)) from error
        return policy
