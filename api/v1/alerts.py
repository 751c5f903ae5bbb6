"""Alerts and what people wrote about them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from ninja import Field, Query, Router

from alerts.models import Alert, Category, Direction, Severity, Status
from annotations.models import Annotation
from api.paging import page_of
from api.parameters import (
    CategoryName,
    FamilyName,
    GroupName,
    LanguageCode,
    ListParameters,
    MetricName,
    Month,
    OneOf,
    WikiName,
)
from api.schemas import AlertItem, AlertWithEvidence, AnnotationItem, CategoryItem, Page
from api.v1.operations import get
from causes.findings import Cause
from causes.selectors import as_json, causes_of
from dashboards.filters import OPEN, SIZES, SORTS, AlertFilter
from dashboards.selectors import alerts_to_show, headlines
from edits.metrics import PARTS

router = Router(tags=["alerts"])
StatusName = Annotated[str, OneOf(lambda: [OPEN, *Status.values])]
DirectionName = Annotated[str, OneOf(lambda: Direction.values)]
SeverityName = Annotated[str, OneOf(lambda: Severity.values)]
EditorsName = Annotated[str, OneOf(lambda: PARTS)]
CauseName = Annotated[str, OneOf(lambda: Cause.values)]
SizeName = Annotated[str, OneOf(lambda: SIZES)]
SortName = Annotated[str, OneOf(lambda: SORTS)]


class AlertParameters(ListParameters):
    """Which alerts to list: the filters of the pages."""

    month: Month | None = Field(None, description="Raised in this month, or lasting into it from an earlier one.")
    language: LanguageCode | None = Field(None, description="Of wikis in this language: its code or a name of it.")
    family: FamilyName | None = Field(None, description="Of wikis of this family.")
    project: WikiName | None = Field(None, description="Of one wiki, however it is called.")
    group: GroupName | None = Field(None, description="Of the wikis of this group.")
    metric: MetricName | None = Field(
        None, description="What is counted; of a whole and its parts, one alert of a wiki and month is listed."
    )
    status: StatusName | None = Field(None, description="`open`: new or in review. Without it: all but withdrawn ones.")
    direction: DirectionName | None = Field(None, description="Peaks or drops.")
    severity: SeverityName | None = Field(None, description="How much they matter.")
    category: CategoryName | None = Field(None, description="The kind of cause that people gave, by its short name.")
    cause: CauseName | None = Field(None, description="Who or what made the change, as far as the stored facts tell.")
    editors: EditorsName | None = Field(None, description="Where `people` (or nobody known) or `bots` stand out.")
    size: SizeName | None = Field(None, description="So many or more were expected.")
    sort: SortName = Field("newest", description="The order.")


@get(router, "/alerts", Page[AlertItem])
def list_alerts(request: HttpRequest, query: Query[AlertParameters]) -> Any:
    """Months that stood out."""
    own = AlertParameters.model_fields.keys() - ListParameters.model_fields.keys()
    chosen = AlertFilter(**{name: value for name in own if (value := getattr(query, name))})
    rows = chosen.apply(alerts_to_show())
    return page_of(request, query, rows, SORTS[query.sort], AlertItem, lambda found: alert_items(request, found))


@get(router, "/alerts/{id}", AlertWithEvidence, can_miss=True)
def one_alert(request: HttpRequest, id: int) -> Any:  # noqa: A002 - its name in the address
    """One alert with its evidence."""
    found = Alert.objects.filter(pk=id).select_related("project", "category").first() if id < 2**63 else None
    if found is None:
        raise Http404(f"There is no alert {id}: /api/v1/alerts lists them all")
    return next(iter(alert_items(request, [found]))) | {"evidence": found.evidence, "explanation": as_json(found)}


def alert_items(request: HttpRequest, alerts: list[Alert]) -> Iterable[dict[str, Any]]:
    """The items of `alerts`, whose projects and categories have been read; two queries."""
    notes, causes = headlines(alerts), causes_of(alerts)
    for alert in alerts:
        note = notes.get(alert.pk)
        same = {name: getattr(alert, name) for name in AlertItem.model_fields if hasattr(alert, name)}
        yield same | {
            "id": alert.pk,
            "project": alert.project.domain,
            "dbname": alert.project.dbname,
            "category": alert.category.slug if alert.category else None,
            "note": note.text if note else None,
            "cause": causes[alert.pk][0] if alert.pk in causes else None,
            "url": request.build_absolute_uri(alert.get_absolute_url()),
        }


class AnnotationParameters(ListParameters):
    """Which notes to list."""

    alert: int | None = Field(None, ge=1, lt=2**63, description="About this alert.")
    project: WikiName | None = Field(None, description="About alerts of one wiki, however it is called.")


@get(router, "/annotations", Page[AnnotationItem])
def list_annotations(request: HttpRequest, query: Query[AnnotationParameters]) -> Any:
    """Published notes, newest first."""
    rows = Annotation.objects.filter(status=Annotation.Status.PUBLISHED).select_related("alert__project")
    if query.alert is not None:
        rows = rows.filter(alert=query.alert)
    if query.project:
        rows = rows.filter(alert__project__domain=query.project)
    return page_of(request, query, rows, ("-pk",), AnnotationItem, annotation_items)


def annotation_items(annotations: list[Annotation]) -> Iterable[dict[str, Any]]:
    """The items of `annotations`, whose alerts have been read; no query."""
    for annotation in annotations:
        yield {
            "id": annotation.pk,
            "alert": annotation.alert_id,
            "project": annotation.alert.project.domain,
            "metric": annotation.alert.metric,
            "month": annotation.alert.month,
            "text": annotation.text,
            "link": annotation.link,
            "headline": bool(annotation.headline),
            "updated_at": annotation.updated_at,
        }


@get(router, "/categories", list[CategoryItem])
def list_categories(request: HttpRequest) -> Any:
    """The kinds of causes."""
    return [{"category": category.slug, "name": str(category)} for category in Category.objects.all()]
