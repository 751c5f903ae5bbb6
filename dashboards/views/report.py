"""The report of a month, to copy to a village pump; the same as JSON."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse

from dashboards import parameters
from dashboards.selectors import languages
from dashboards.views.pages import document, page
from edits.clock import current_day
from subscriptions.groups import visible_groups
from subscriptions.report import Report
from subscriptions.report_scope import report_for, report_scope

NAMES = ("project", "language", "group")


def _report(request: HttpRequest, month: str) -> Report | None:
    """The report that the address asks for; None when it names no wikis."""
    try:
        when = parameters.month_in_bounds(month)
    except parameters.BadParameter:
        raise Http404 from None
    wiki = parameters.project(request.GET, "project")
    named = {
        "project": wiki.domain if wiki else "",
        "language": parameters.language(request.GET, "language"),
        "group": parameters.choice(request.GET, "group", visible_groups(request.user).values_list("slug", flat=True)),
    }
    if not any(named.values()):
        return None
    try:
        scope = report_scope(**named, user=request.user)
    except ValidationError as error:
        raise parameters.BadParameter(" ".join(error.messages)) from error
    site = request.build_absolute_uri("/").rstrip("/")
    here = request.build_absolute_uri()
    language = parameters.site_language(request.GET, "in")
    return report_for(scope, month=when, language=language, site=site, page=here, today=current_day())


@page
def month_report(request: HttpRequest, month: str) -> HttpResponse:
    """Wikitext to copy, a subject, and a target list for MassMessage."""
    report = _report(request, month)
    context: dict[str, Any] = {
        "month": parameters.month_in_bounds(month),
        "report": report,
        "languages": languages(),
        "groups": visible_groups(request.user),
        "chosen": {name: request.GET.get(name, "") for name in NAMES},
        "json": f"{reverse('month-report-json', args=[month])}?{request.GET.urlencode()}",
    }
    return render(request, "dashboards/report.html", context)


@document(*NAMES, "in")
def month_report_json(request: HttpRequest, month: str) -> HttpResponse:
    """The same for programs."""
    report = _report(request, month)
    if report is None:
        raise parameters.BadParameter("Name a wiki, a language or a group: ?project=, ?language= or ?group=.")
    found = {
        "month": month,
        "language": report.language,
        "direction": "rtl" if report.right_to_left else "ltr",
        "subject": report.subject,
        "wikitext": report.wikitext,
        "targets": report.targets,
    }
    return JsonResponse(found, json_dumps_params={"ensure_ascii": False})
