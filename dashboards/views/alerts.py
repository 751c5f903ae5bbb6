"""The list of alerts with its filter, the same as files, and the page of one alert."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import F, FilteredRelation, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from alerts.explain import wiki_and_month
from alerts.models import Alert, Category
from alerts.spreadsheet import Cell, csv_response
from causes.selectors import as_json
from dashboards.charts.project import only_alert
from dashboards.charts.still import still
from dashboards.charts.words import name_of
from dashboards.exports import json_response
from dashboards.filters import PARAMETERS, SORT_LABELS, AlertFilter, category_choices
from dashboards.history import public_history
from dashboards.selectors import alerts_to_show, judged_apart, reporting_by_month
from dashboards.views.card import card_context
from dashboards.views.lines import lines
from dashboards.views.overview import choices
from dashboards.views.pages import chart_page, document, page
from database.paging import ShortKeysFirstPaginator
from edits.fetching.reporting import SHARE_OF_MOST
from edits.figures import month
from edits.metrics import METRICS
from edits.models import Project
from subscriptions.criteria import GONE
from subscriptions.models import Scope

MAX_EXPORTED = 100_000
BATCH = 5_000
COLUMNS = (
    "id", "project", "dbname", "metric", "month", "direction", "figures_month", "count", "rolling_mean", "threshold",
    "percentage_difference", "expected", "lower", "upper", "excess", "score", "severity", "status", "category", "label",
    "note", "cause", "detector", "detector_version", "data_as_of", "url", "parts",
)  # fmt: skip
STORED = (
    "pk", "project_id", "metric", "month", "direction", "count", "rolling_mean", "threshold", "percentage_difference",
    "expected", "lower", "upper", "excess", "score", "severity", "status", "category_id", "label", "detector",
    "detector_version", "data_as_of", "worst_month", "parts",
)  # fmt: skip


@page
def alerts(request: HttpRequest) -> HttpResponse:
    """Some alerts a page; state in the address."""
    chosen = AlertFilter.read(request.GET)
    paginator = ShortKeysFirstPaginator(chosen.apply(alerts_to_show()), chosen.per_page)
    shown = paginator.get_page(chosen.page)
    context: dict[str, Any] = {
        "filter": chosen,
        "page": shown,
        "lines": lines(shown.object_list, month=chosen.month),
        "before": chosen.query(page=shown.number - 1) if shown.has_previous() else None,
        "after": chosen.query(page=shown.number + 1) if shown.has_next() else None,
        "export": chosen.query(page=1, per_page=AlertFilter().per_page),
        "feed_query": chosen.query(page=1, per_page=AlertFilter().per_page, sort=AlertFilter().sort),
        "follow": followed(chosen),
        "reset": reverse("alerts"),
        "orders": [(key, label, chosen.query(sort=key, page=1)) for key, label in SORT_LABELS.items()],
        "offers": choices(chosen) | {"categories": category_choices()},
    }
    return render(request, "dashboards/alerts.html", context)


def followed(chosen: AlertFilter) -> tuple[str, str]:
    """What following this list means: (scope, value) of `subscriptions`. A month and an order are no part of it."""
    lasting = replace(chosen, month=None, sort="newest", page=1, per_page=AlertFilter().per_page)
    if lasting.group and lasting == AlertFilter(group=lasting.group):
        return Scope.GROUP, lasting.group
    query = lasting.query().removeprefix("?")
    if lasting.status in GONE:
        return "", ""  # nobody is told of these
    return (Scope.FILTER, query) if query else (Scope.EVERYTHING, "")


@dataclass(frozen=True, slots=True)
class _Part:
    """What a file holds of the filtered set: a page of it where one is asked for, else all.

    next: the query of the next page, empty where there is none.
    """

    chosen: AlertFilter
    total: int
    next: str

    @classmethod
    def read(cls, request: HttpRequest) -> _Part:
        chosen = AlertFilter.read(request.GET)
        total = chosen.apply(Alert.objects.all()).count()
        paged = {"page", "per_page"} & set(request.GET)
        if not paged:
            chosen = replace(chosen, page=1, per_page=MAX_EXPORTED)
        more = total > chosen.page * chosen.per_page
        return cls(chosen, total, chosen.query(page=chosen.page + 1) if paged and more else "")

    def rows(self, request: HttpRequest) -> Iterator[tuple[Cell, ...]]:
        """Read in chunks of thousands, so that a long file needs little memory and few queries."""
        first = (self.chosen.page - 1) * self.chosen.per_page
        found = _as_stored(self.chosen.apply(Alert.objects.all()))[first : first + self.chosen.per_page]
        return _cells(request, found.iterator(BATCH))

    def next_url(self, request: HttpRequest) -> str | None:
        return request.build_absolute_uri(request.path + self.next) if self.next else None


def _as_stored(alerts: QuerySet[Alert]) -> QuerySet[Alert, Any]:
    """The rows of `alerts` with the words of their headlines and the names of their causes, in the same query: asking for
    those of 5,000 alerts by their ids takes longer than all else."""
    published = FilteredRelation("annotations", condition=Q(annotations__headline=True))
    joined = alerts.annotate(published=published).annotate(note=F("published__text"), cause=F("explanation__cause"))
    return joined.values_list(*STORED, "note", "cause", named=True)


def _cells(request: HttpRequest, rows: Iterable[Any]) -> Iterator[tuple[Cell, ...]]:
    """The columns of alerts, from rows as `_as_stored` gives them; names of wikis and categories are looked up once."""
    wikis = {pk: names for pk, *names in Project.objects.values_list("pk", "domain", "dbname")}
    categories_by_id = dict(Category.objects.values_list("pk", "slug"))
    # Asked for once: an address for each of 50,000 rows takes a second.
    before, after = request.build_absolute_uri(reverse("alert", args=[0])).rsplit("0", 1)
    for row in rows:
        domain, dbname = wikis[row.project_id]
        yield (
            row.pk, domain, dbname, row.metric, row.month, row.direction, row.worst_month or row.month, row.count,
            row.rolling_mean, row.threshold, row.percentage_difference, row.expected, row.lower, row.upper, row.excess,
            row.score, row.severity, row.status, categories_by_id.get(row.category_id, ""), row.label, row.note or "",
            row.cause or "", row.detector, row.detector_version, row.data_as_of, f"{before}{row.pk}{after}", row.parts,
        )  # fmt: skip


@document(*PARAMETERS)
def alerts_csv(request: HttpRequest) -> HttpResponseBase:
    """The filtered set as CSV; a page of it has the address of the next one in its Link header."""
    part = _Part.read(request)
    response = csv_response("alerts", COLUMNS, part.rows(request))
    if url := part.next_url(request):
        response["Link"] = f'<{url}>; rel="next"'
    return response


@document(*PARAMETERS)
def alerts_json(request: HttpRequest) -> HttpResponse:
    """The filtered set as JSON, with how many there are in all, and the address of the next page where there is one."""
    part = _Part.read(request)
    about = {"filter": AlertFilter.read(request.GET).query(), "total": part.total, "next": part.next_url(request)}
    return json_response("alerts", COLUMNS, part.rows(request), **about)


@chart_page
def alert(request: HttpRequest, pk: int) -> HttpResponse:
    """Why this alert was raised, what became of it, and what else happened in that month."""
    found = get_object_or_404(Alert.objects.filter(metric__in=METRICS).select_related("project", "category"), pk=pk)
    same_month = replace(AlertFilter(), month=found.month, metric=found.metric, direction=found.direction)
    others = same_month.apply(alerts_to_show(), sort="worst").exclude(pk=found.pk)
    card = card_context(request, found, next_url=found.get_absolute_url())
    completeness = reporting_by_month(METRICS[found.metric]).coverage(found.month)
    picture, marks = only_alert(found)
    context = {
        **card,
        "completeness": completeness,
        "mostly_reported": completeness.share >= SHARE_OF_MOST,
        "in_family": card["others"]["family"] + 1,
        "elsewhere": card["others"]["all"] - card["others"]["family"],
        "project": found.project,
        "apart": judged_apart(found),
        "neighbours": lines(others[:6]),
        "neighbours_query": same_month.query(sort="worst"),
        "still": still(picture),
        "marks": marks,
        "picture_title": wiki_and_month(name_of(found.project, found.metric), month(found.month)),
        "history": public_history(found),
        "in_explorer": f"{reverse('explorer', args=[found.project.domain])}?metric={found.metric}&alert={found.pk}",
    }
    return render(request, "dashboards/alert.html", context)


@document()
def alert_json(request: HttpRequest, pk: int) -> HttpResponse:
    """The alert with the evidence it was raised on: enough to compute it again."""
    found = get_object_or_404(Alert, pk=pk)
    rows = _cells(request, _as_stored(Alert.objects.filter(pk=pk)))
    return json_response(f"alert-{pk}", COLUMNS, rows, evidence=found.evidence, explanation=as_json(found))
