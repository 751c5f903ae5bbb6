"""What can be done with many annotations or reports at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from annotations import services
from annotations.models import Annotation, Report
from annotations.reviewing import STEP_SERVICES
from curation.bulk import Bulk, bulk_action
from curation.reports import NotPossible

Given = dict[str, Any]


class OptionalReason(forms.Form):
    reason = forms.CharField(label=_("reason or note"), max_length=300, required=False)


class NeededReason(forms.Form):
    reason = forms.CharField(label=_("reason"), max_length=300, help_text=_("The authors read it."))


def _take(step: str) -> Callable[[Annotation, User, Given, int | None], Annotation]:
    """The service of a review step, as a bulk action calls it."""

    def take(annotation: Annotation, by: User, given: Given, seen: int | None) -> Annotation:
        return STEP_SERVICES[step](annotation=annotation, by=by, reason=given["reason"], expected_version=seen)

    return take


def _dismiss(report: Report, by: User, given: Given, seen: int | None) -> Report:
    return services.report_dismiss(report=report, by=by, resolution=given["reason"])


def _review(name: str, title: Any, form: type[forms.Form], apply: Any) -> Any:
    return bulk_action(
        Bulk(
            name=name,
            title=title,
            form=form,
            apply=apply,
            refusals=(NotPossible, services.ChangedMeanwhile),
            row_template="admin/annotations/annotation/bulk_row.html",
        )
    )


REVIEW_ACTIONS = (
    _review("bulk_approve", _("Approve selected notes"), OptionalReason, _take("approve")),
    _review("bulk_reject", _("Reject selected notes"), NeededReason, _take("reject")),
)
REPORT_ACTIONS = (
    bulk_action(
        Bulk(
            name="bulk_dismiss",
            title=_("Dismiss selected reports"),
            form=OptionalReason,
            apply=_dismiss,
            refusals=(NotPossible,),
            row_template="admin/annotations/report/bulk_row.html",
            related=("annotation__alert__project", "reporter"),
        )
    ),
)
