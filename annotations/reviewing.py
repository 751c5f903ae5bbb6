"""What a reviewer's forms mean: which services to call."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.requests import acting_user
from alerts.models import Alert
from alerts.services import alert_explain
from annotations import services
from annotations.forms import ReportDecisionForm, ReviewForm, ReviewPageForm
from annotations.models import Annotation, Report
from curation.reports import NotPossible

STEP_SERVICES = {
    "approve": services.annotation_approve,
    "reject": services.annotation_reject,
    "remove": services.annotation_remove,
}


def save_review(*, form: ReviewForm, alert: Alert, by: User) -> Annotation:
    """Write a new annotation, or change the words of one, take the step that was chosen, and explain the alert by it.

    Raises IllegalTransition where the alert cannot be explained any more.
    """
    given = form.cleaned_data
    reason = given.get("reason", "")
    annotation: Annotation = form.instance
    if annotation.pk is None:
        return services.annotation_contribute(alert=alert, by=by, text=given["text"], link=given["link"])
    if {"text", "link"} & set(form.changed_data):
        annotation = services.annotation_edit(
            annotation=annotation, by=by, text=given["text"], link=given["link"], reason="" if form.chosen_step else reason
        )
    if form.chosen_step:
        annotation = STEP_SERVICES[form.chosen_step](annotation=annotation, by=by, reason=reason)
    if isinstance(form, ReviewPageForm) and form.explains:
        alert_explain(alert=alert, by=by, category=given["cause"])
    return annotation


def take_headline(request: HttpRequest, *, annotation: Annotation) -> None:
    """Make it the headline in place of the one that the page showed, or tell that another one was faster."""
    shown = request.POST.get("instead_of", "")
    try:
        instead_of = int(shown) if shown.isdecimal() else None
        services.annotation_make_headline(annotation=annotation, by=acting_user(request), instead_of=instead_of)
    except (services.SlotTaken, NotPossible) as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("It is the headline now."))


def save_report_decision(*, form: ReportDecisionForm, by: User) -> Report:
    """Dismiss the report; or change the annotation, or take it off, and say that the report was right."""
    given = form.cleaned_data
    report: Report = form.instance
    resolution = given.get("resolution", "")
    if form.decision == "dismiss":
        return services.report_dismiss(report=report, by=by, resolution=resolution)
    if form.decision == "remove":
        return services.report_uphold(report=report, by=by, resolution=resolution, remove=True)
    if form.decision == "edit":
        services.annotation_edit(
            annotation=report.annotation,
            by=by,
            text=given["text"],
            link=given["link"],
            reason=resolution,
        )
        return services.report_uphold(report=report, by=by, resolution=resolution)
    return report
