"""Pages on which people contribute. Each shows its form on GET and acts on POST alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import may
from accounts.requests import AuthenticatedHttpRequest
from alerts.lifecycle import ChangedMeanwhile as AlertChanged
from alerts.models import Alert
from alerts.services import alert_label
from annotations import services
from annotations.answers import done, needs, refused, safe_next
from annotations.forms import AnnotationForm, LabelForm, ReportForm
from annotations.limits import TooMuch
from annotations.models import Annotation
from annotations.selectors import contributions_of, corrections, events_of
from curation.reports import NotPossible
from database.transactions import retried_transaction
from events.words import days_words

Form = TypeVar("Form", bound=BaseForm)

Errors = (ValidationError, NotPossible, services.ChangedMeanwhile, AlertChanged, TooMuch)
STATUS_OF: dict[type[Exception], int] = {
    ValidationError: 400,
    NotPossible: 409,
    services.ChangedMeanwhile: 409,
    AlertChanged: 409,
    TooMuch: 429,
}


def attempt(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    make_form: Callable[[], Form],
    act: Callable[[Form], HttpResponse],
) -> HttpResponse:
    """Do `act` when the form is in order; else, or when the service refuses, show the form with the reason.

    Forms lock what they compare with: validating and saving are one transaction, which is tried again as a whole with a form
    that is made anew.
    """

    @retried_transaction
    def validate_and_act() -> tuple[Form, HttpResponse | None, Exception | None]:
        form = make_form()
        if not form.is_valid():
            return form, None, None
        try:
            return form, act(form), None
        except Errors as error:  # the service has undone what it did
            return form, None, error

    form, response, error = validate_and_act()
    if response is not None:
        return response
    if error is None:
        conflict = any(each.code == "changed" for each in form.non_field_errors().as_data())
        return refused(request, template, context, form, status=409 if conflict else 400)
    if isinstance(error, AlertChanged) and isinstance(form, LabelForm):
        form.add_conflict_error(error.current)
    elif isinstance(error, ValidationError) and hasattr(error, "error_dict"):
        for name, texts in error.message_dict.items():
            form.add_error(name if name in form.fields else None, texts)
    else:
        form.add_error(None, getattr(error, "message", str(error)))
    response = refused(request, template, context, form, status=STATUS_OF[type(error)])
    if isinstance(error, TooMuch):
        response["Retry-After"] = str(error.retry_after)
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_protect
@needs("annotation.contribute")
def annotation_create(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Add what one knows about an alert."""
    alert = get_object_or_404(Alert.objects.select_related("project"), pk=pk)
    template, then = "annotations/write.html", safe_next(request, alert)
    context = {"alert": alert, "next": then, "publishes": may(request.user, "annotation.review")}
    if request.method != "POST":
        return render(request, template, context | {"form": AnnotationForm()})

    def act(form: AnnotationForm) -> HttpResponse:
        given = form.cleaned_data
        written = services.annotation_contribute(alert=alert, by=request.user, text=given["text"], link=given["link"])
        text = (
            _("Published. Thank you.")
            if written.status == Annotation.Status.PUBLISHED
            else _("Thank you. A moderator will look at it; you see the outcome under “My contributions”.")
        )
        return done(request, text, then=then, annotation=written, status=201)

    return attempt(request, template, context, lambda: AnnotationForm(request.POST), act)


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_protect
@needs("annotation.edit_own")
def annotation_edit(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Change the words of an annotation: one's own, or any as a reviewer."""
    annotations = Annotation.objects.select_related("alert__project", "author")
    annotation = get_object_or_404(annotations, pk=pk)
    reviews = may(request.user, "annotation.review")
    if annotation.author_id != request.user.pk and not reviews:
        raise PermissionDenied
    template, then = "annotations/write.html", safe_next(request, "contributions")
    context = {"alert": annotation.alert, "annotation": annotation, "next": then, "publishes": reviews}
    if request.method != "POST":
        return render(request, template, context | {"form": AnnotationForm(instance=annotation)})

    def act(form: AnnotationForm) -> HttpResponse:
        given = form.cleaned_data
        changed = services.annotation_edit(
            annotation=annotation,
            by=request.user,
            text=given["text"],
            link=given["link"],
            expected_version=given["seen_version"],
        )
        waits = changed.status == Annotation.Status.PENDING
        text = _("Saved. A moderator will look at the change.") if waits else _("Saved.")
        return done(request, text, then=then, annotation=changed)

    return attempt(request, template, context, lambda: AnnotationForm(request.POST, instance=annotations.get(pk=pk)), act)


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_protect
@needs("annotation.report")
def annotation_report(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Report a published annotation to the moderators."""
    published = Annotation.objects.filter(status=Annotation.Status.PUBLISHED)
    annotation = get_object_or_404(published.select_related("alert__project", "author"), pk=pk)
    template, then = "annotations/report.html", safe_next(request, annotation.alert)
    context = {"alert": annotation.alert, "annotation": annotation, "next": then}
    if request.method != "POST":
        return render(request, template, context | {"form": ReportForm()})

    def act(form: ReportForm) -> HttpResponse:
        services.annotation_report(annotation=annotation, by=request.user, reason=form.cleaned_data["reason"])
        return done(request, _("Thank you. The moderators will look at it."), then=then, annotation=annotation)

    return attempt(request, template, context, lambda: ReportForm(request.POST), act)


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_protect
@needs("alert.label")
def label(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Set the category and the label of an alert."""
    alert = get_object_or_404(Alert.objects.select_related("project", "category"), pk=pk)
    template, then = "annotations/label.html", safe_next(request, alert)
    context = {"alert": alert, "next": then}
    if request.method != "POST":
        now = {"category": alert.category and alert.category.slug, "label": alert.label, "version": alert.version}
        return render(request, template, context | {"form": LabelForm(initial=now)})

    def act(form: LabelForm) -> HttpResponse:
        given = form.cleaned_data
        alert_label(
            alert=alert,
            by=request.user,
            category=given["category"],
            label=given["label"],
            expected_version=given["version"],
        )
        return done(request, _("Saved."), then=then)

    return attempt(request, template, context, lambda: LabelForm(request.POST), act)


@require_safe
@needs("contributions.view")
def contributions(request: AuthenticatedHttpRequest) -> HttpResponse:
    """What one wrote and reported, and what became of it."""
    notes, reports = contributions_of(request.user)
    page = Paginator(notes, 50).get_page(request.GET.get("page"))
    written = list(page)
    changed = corrections(written)
    rows = [(note, changed.get(note.pk)) for note in written]
    events, event_reports = events_of(request.user)
    context = {
        "page": page,
        "rows": rows,
        "reports": reports,
        "events": [(event, days_words(event)) for event in events],
        "event_reports": event_reports,
        "here": reverse("contributions"),
    }
    return render(request, "annotations/contributions.html", context)
