"""A calendar as large as the dashboard's: many small edit-a-thons, a third of them on one wiki."""

from __future__ import annotations

import datetime as dt
import random

from django.utils import timezone

from edits.models import Project
from events.importers.drafts import EventDraft
from events.importers.storing import store_drafts

SEED = 20261129
LARGEST = "en.wikipedia.org"


def fill_calendar(count: int) -> None:
    """Store `count` seeded events from 2015 to 2026, each of one to three wikis and one day to five months."""
    dice = random.Random(SEED)  # noqa: S311 - figures to measure with
    domains = list(Project.objects.order_by("domain").values_list("domain", flat=True))
    drafts = []
    for number in range(count):
        first = dt.date(2015, 1, 1) + dt.timedelta(days=dice.randrange(11 * 365))
        wikis = {LARGEST if dice.random() < 1 / 3 else dice.choice(domains) for _each in range(dice.choice([1, 1, 1, 2, 3]))}
        drafts.append(
            EventDraft(
                external_id=str(number),
                title=f"Edit-a-thon {number}",
                kind="editathon",
                first_day=first,
                last_day=first + dt.timedelta(days=dice.choice([0, 0, 1, 7, 30, 90, 150])),
                scope=" ".join(f"wiki:{wiki}" for wiki in wikis),
                touches=("people",),
                participants=int(dice.lognormvariate(2.5, 1)),
            )
        )
    store_drafts(importer="benchmark", drafts=drafts, now=timezone.now())
