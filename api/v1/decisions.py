"""What moderators' scripts write: by the same services, with the same rights, versions and history, as the pages."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import Http404, HttpRequest
from ninja import Field, Router, Schema
from pydantic import ConfigDict

from accounts.models import User
from alerts.models import MAX_LABEL_LENGTH, Alert, Category
from alerts.services import KEEP, alert_dismiss, alert_explain, alert_label
from annotations.models import MAX_LENGTH, MIN_LENGTH
from annotations.services import annotation_contribute
from api.models import Scope
from api.parameters import CategoryName
from api.schemas import AlertItem, WrittenNote
from api.v1.alerts import alert_items
from api.writing import post

router = Router(tags=["for moderators' scripts"])
Version = Annotated[int, Field(ge=1, lt=2**31, description="The version of the alert that the decision is made on.")]
LABEL = "A few words that name the cause. Left out: it stays."


class Body(Schema):
    """What is sent. A field that nobody reads is refused."""

    model_config = ConfigDict(extra="forbid")


class Labelling(Body):
    version: Version
    category: CategoryName | None = Field(None, description="The kind of cause. Left out: it stays.")
    label: str | None = Field(None, max_length=MAX_LABEL_LENGTH, description=LABEL)


class Explaining(Body):
    version: Version
    category: CategoryName = Field(description="The kind of cause, by its short name.")
    label: str | None = Field(None, max_length=MAX_LABEL_LENGTH, description=LABEL)


class Dismissing(Body):
    version: Version
    reason: str = Field(min_length=1, max_length=300, description="Why it is not noteworthy; goes to the history.")


class Note(Body):
    text: str = Field(min_length=MIN_LENGTH, max_length=MAX_LENGTH, description="What happened.")
    link: str = Field("", max_length=500, description="Where it can be read up, if anywhere.")


def _alert(id: int) -> Alert:  # noqa: A002 - its name in the address
    found = Alert.objects.filter(pk=id).select_related("project").first() if 0 <= id < 2**63 else None
    if found is None:
        raise Http404(f"There is no alert {id}: /api/v1/alerts lists them all")
    return found


def _shown(request: HttpRequest, changed: Alert) -> dict[str, Any]:
    alert = Alert.objects.select_related("project", "category").get(pk=changed.pk)
    return next(iter(alert_items(request, [alert])))


@post(router, "/alerts/{id}/label", AlertItem, scope=Scope.LABEL)
def label_alert(request: HttpRequest, by: User, id: int, body: Labelling) -> dict[str, Any]:  # noqa: A002
    """Set the category, the label, or both, in any status."""
    changed = alert_label(
        alert=_alert(id),
        by=by,
        category=KEEP if body.category is None else Category.objects.get(slug=body.category),
        label=KEEP if body.label is None else body.label,
        expected_version=body.version,
    )
    return _shown(request, changed)


@post(router, "/alerts/{id}/explain", AlertItem, scope=Scope.EXPLAIN)
def explain_alert(request: HttpRequest, by: User, id: int, body: Explaining) -> dict[str, Any]:  # noqa: A002
    """Say what caused it."""
    changed = alert_explain(
        alert=_alert(id),
        by=by,
        category=Category.objects.get(slug=body.category),
        label=KEEP if body.label is None else body.label,
        expected_version=body.version,
    )
    return _shown(request, changed)


@post(router, "/alerts/{id}/dismiss", AlertItem, scope=Scope.DISMISS)
def dismiss_alert(request: HttpRequest, by: User, id: int, body: Dismissing) -> dict[str, Any]:  # noqa: A002
    """Close it as not noteworthy."""
    return _shown(request, alert_dismiss(alert=_alert(id), by=by, reason=body.reason, expected_version=body.version))


@post(router, "/alerts/{id}/annotations", WrittenNote, scope=Scope.ANNOTATE)
def annotate_alert(request: HttpRequest, by: User, id: int, body: Note) -> dict[str, Any]:  # noqa: A002
    """Add a note: published at once from a reviewer, waiting for review from others."""
    note = annotation_contribute(alert=_alert(id), by=by, text=body.text, link=body.link)
    return {"id": note.pk, "alert": note.alert_id, "status": note.status, "text": note.text, "link": note.link}
