"""Which wikis are in which group."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_noop

from accounts.models import User
from edits.models import Project
from subscriptions.models import Group, GroupRule

# The names of the regions that the site comes with, for the translators.
NAMES = (
    gettext_noop("Central & Eastern Europe & Central Asia"),
    gettext_noop("East, Southeast Asia & Pacific"),
    gettext_noop("Latin America & Caribbean"),
    gettext_noop("Middle East & North Africa"),
    gettext_noop("North America"),
    gettext_noop("Northern & Western Europe"),
    gettext_noop("South Asia"),
    gettext_noop("Sub-Saharan Africa"),
)
REGIONS = Path(__file__).parent / "data" / "regions.json"
COLUMNS = {GroupRule.Kind.LANGUAGE: "language_code", GroupRule.Kind.FAMILY: "family", GroupRule.Kind.WIKI: "domain"}


def projects_of(group: Group) -> QuerySet[Project]:
    """The wikis of `group`: those of any of its languages and single wikis; where it names families, of these alone.

    A group of families and nothing else holds all their wikis.
    """
    wanted: dict[str, list[str]] = defaultdict(list)
    for kind, value in group.rules.values_list("kind", "value"):
        wanted[kind].append(value)
    return Project.objects.filter(_condition(wanted))


def _condition(wanted: Mapping[str, list[str]]) -> Q:
    languages, families, wikis = (wanted.get(kind, []) for kind in COLUMNS)
    condition = Q(pk__in=[])
    if languages:
        condition = Q(language_code__in=languages) & (Q(family__in=families) if families else Q())
    elif families:
        condition = Q(family__in=families)
    return condition | Q(domain__in=wikis) if wikis else condition


@dataclass(frozen=True, slots=True)
class Memberships:
    """The groups that each wiki is in, by project, and the group of each short name."""

    of_project: Mapping[int, frozenset[int]]
    by_slug: Mapping[str, int]


def memberships() -> Memberships:
    """All groups and their wikis: three queries however many groups there are."""
    return Memberships(groups_by_project(), dict(Group.objects.order_by().values_list("slug", "pk")))


def groups_by_project() -> dict[int, frozenset[int]]:
    """The groups that each wiki is in, by project; two queries however many groups there are."""
    rules: dict[int, dict[str, set[str]]] = defaultdict(lambda: {kind: set() for kind in COLUMNS})
    for group, kind, value in GroupRule.objects.filter(kind__in=COLUMNS).order_by().values_list("group_id", "kind", "value"):
        rules[group][kind].add(value)
    found: dict[int, set[int]] = defaultdict(set)
    for pk, language, family, domain in (
        Project.objects.values_list("pk", "language_code", "family", "domain") if rules else ()
    ):
        for group, wanted in rules.items():
            by_language = language in wanted["language"] if wanted["language"] else bool(wanted["family"])
            if domain in wanted["wiki"] or (by_language and (not wanted["family"] or family in wanted["family"])):
                found[pk].add(group)
    return {project: frozenset(groups) for project, groups in found.items()}


def visible_groups(user: User | AnonymousUser) -> QuerySet[Group]:
    """What is published, and what is one's own."""
    own = Q(owner=user.pk) if user.is_authenticated else Q(pk__in=[])
    return Group.objects.filter(Q(published=True) | own)


def shipped_regions() -> list[dict[str, Any]]:
    """The regions that the site comes with: `slug`, `name`, `languages`, and the `source` of all."""
    data = json.loads(REGIONS.read_text(encoding="utf-8"))
    return [{**region, "source": data["source"]} for region in data["regions"]]
