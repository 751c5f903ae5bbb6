"""Wikis, and the languages and families that they belong to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Count
from django.http import Http404, HttpRequest
from django.urls import reverse
from ninja import Field, Query, Router

from api.paging import page_of
from api.parameters import FamilyName, GroupName, LanguageCode, ListParameters, Text
from api.schemas import FamilyItem, LanguageItem, Page, ProjectItem
from api.v1.operations import get
from edits.families import family_name
from edits.finding import UnknownProject, matching_ids, resolve_project
from edits.models import Project
from subscriptions.groups import projects_of
from subscriptions.models import Group

router = Router(tags=["wikis"])


class ProjectParameters(ListParameters):
    """Which wikis to list."""

    family: FamilyName | None = Field(None, description="Only those of this family.")
    language: LanguageCode | None = Field(None, description="Only those in this language: its code or a name of it.")
    group: GroupName | None = Field(None, description="Only those of this group.")
    q: Text = Field("", description="Only those that this finds in names, languages and domains, misspelt or not.")
    open: bool | None = Field(None, description="Only those that are open, or only those that are not.")


@get(router, "/projects", Page[ProjectItem])
def list_projects(request: HttpRequest, query: Query[ProjectParameters]) -> Any:
    """Wikis in the order of their domains."""
    rows = Project.objects.all()
    if query.family:
        rows = rows.filter(family=query.family)
    if query.language:
        rows = rows.filter(language_code=query.language)
    if query.group:
        rows = rows.filter(pk__in=projects_of(Group.objects.get(slug=query.group)).values("pk"))
    if query.q.strip():
        rows = rows.filter(pk__in=matching_ids(query.q))
    if query.open is not None:
        rows = rows.filter(pk__in=Project.objects.open()) if query.open else rows.exclude(pk__in=Project.objects.open())
    return page_of(request, query, rows, ("domain",), ProjectItem, lambda found: project_items(request, found))


@get(router, "/projects/{project}", ProjectItem, can_miss=True)
def one_project(request: HttpRequest, project: str) -> Any:
    """One wiki, by its domain, its dbname, a former domain or its address."""
    return next(iter(project_items(request, [find_project(project)])))


def find_project(name: str) -> Project:
    """The wiki that `name` means; Http404 says what was not found."""
    try:
        return resolve_project(name)
    except UnknownProject as error:
        raise Http404(f"{error} /api/v1/projects lists all wikis.") from None


def project_items(request: HttpRequest, projects: Iterable[Project]) -> Iterable[dict[str, Any]]:
    """The items of `projects`; no query."""
    place = "DOMAIN"  # asked for once: the addresses of a thousand pages take a fifth of all the time
    before, after = request.build_absolute_uri(reverse("explorer", args=[place])).rsplit(place, 1)
    for project in projects:
        yield {
            "project": project.domain,
            "dbname": project.dbname,
            "name": project.name,
            "family": project.family,
            "language_code": project.language_code,
            "language_name": project.language_name,
            "language_name_en": project.language_name_en,
            "direction": project.direction,
            "open": project.is_open,
            "closed": project.closed,
            "url": project.url,
            "page": f"{before}{project.domain}{after}",
        }


@get(router, "/families", list[FamilyItem])
def list_families(request: HttpRequest) -> Any:
    """Families with the number of their wikis."""
    numbers = dict(Project.objects.order_by().values_list("family").annotate(n=Count("pk")))
    return [{"family": family, "name": family_name(family), "projects": number} for family, number in sorted(numbers.items())]


@get(router, "/languages", list[LanguageItem])
def list_languages(request: HttpRequest) -> Any:
    """Languages with the number of their wikis."""
    named = Project.objects.exclude(language_code="").order_by("language_code")
    columns = ("language_code", "language_name", "language_name_en")
    items: dict[str, dict[str, Any]] = {}
    for row in named.values(*columns).annotate(projects=Count("pk")):
        known = items.setdefault(row["language_code"], row | {"projects": 0})
        known["projects"] += row["projects"]
    return list(items.values())
