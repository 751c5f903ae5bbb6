"""What can be done with many annotations or reports at once."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from alerts.curation.bulk import Bulk, bulk_action
from annotations import services
from annotations.models import Annotation, Report

Given = dict[str, Any]


class OptionalReason(forms.Form):
    reason = forms.CharField(label=_("reason or note"), max_length=300, required=False)


class NeededReason(forms.Form):
    reason = forms.CharField(label=_("reason"), max_length=300, help_text=_("The authors read it."))


def _approve(annotation: Annotation, by: User, given: Given, seen: int | None) -> Annotation:
    return services.annotation_approve(annotation=annotation, by=by, reason=given["reason"], expected_version=seen)


def _reject(annotation: Annotation, by: User, given: Given, seen: int | None) -> Annotation:
    return services.annotation_reject(annotation=annotation, by=by, reason=given["reason"], expected_version=seen)


def _dismiss(report: Report, by: User, given: Given, seen: int | None) -> Report:
    return services.report_dismiss(report=report, by=by, resolution=given["reason"])


def _review(name: str, title: Any, form: type[forms.Form], apply: Any) -> Any:
    return bulk_action(
        Bulk(
            name=name,
            title=title,
            form=form,
            apply=apply,
            refusals=(services.NotPossible, services.ChangedMeanwhile),
            row_template="admin/annotations/annotation/bulk_row.html",
        )
    )


REVIEW_ACTIONS = (
    _review("bulk_approve", _("Approve selected annotations"), OptionalReason, _approve),
    _review("bulk_reject", _("Reject selected annotations"), NeededReason, _reject),
)
REPORT_ACTIONS = (
    bulk_action(
        Bulk(
            name="bulk_dismiss",
            title=_("Dismiss selected reports"),
            form=OptionalReason,
            apply=_dismiss,
            refusals=(services.NotPossible,),
            row_template="admin/annotations/report/bulk_row.html",
            related=("annotation__alert__project", "reporter"),
        )
    ),
)
