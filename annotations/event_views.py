"""Pages on which people propose events, and the press that makes an event the label and the note of an alert."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import may
from accounts.requests import AuthenticatedHttpRequest
from alerts.models import Alert
from annotations.answers import done, needs, safe_next
from annotations.forms import ReportForm
from annotations.from_events import event_propose, event_report_within_limits, event_take
from annotations.models import Annotation
from annotations.views import Errors, attempt
from edits.months import parse_month
from events.forms import ProposalForm
from events.models import Event, Status
from events.selectors import month_end, published


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_protect
@needs("event.propose")
def propose(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Add an event to the calendar."""
    template, then = "annotations/propose_event.html", safe_next(request, "events")
    context: dict[str, Any] = {"next": then, "publishes": may(request.user, "event.edit")}
    if request.method != "POST":
        return render(request, template, context | {"form": ProposalForm(initial=_asked(request))})

    def act(form: ProposalForm) -> HttpResponse:
        event = event_propose(by=request.user, values=form.values)
        if event.status == Status.PUBLISHED:
            return done(request, _("Published. Thank you."), then=event.get_absolute_url(), status=201)
        return done(request, _("Thank you. A moderator will look at it."), then=then, status=201)

    return attempt(request, template, context, lambda: ProposalForm(request.POST), act)


def _asked(request: HttpRequest) -> dict[str, Any]:
    """What the link fills in: a wiki or a language, and the months of a span. Nonsense fills in nothing."""
    domain, language = request.GET.get("project", ""), request.GET.get("language", "")
    scope = f"wiki:{domain}" if domain else f"language:{language}" if language else ""
    initial: dict[str, Any] = {"scope": scope[:200]}
    for name, field in (("from", "first_day"), ("to", "last_day")):
        with suppress(ValueError):
            month = parse_month(request.GET.get(name, ""))
            initial[field] = month if name == "from" else month_end(month)
    return initial


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_protect
@needs("event.report")
def report(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Report an event, or what was written about a span of months, to the moderators."""
    event: Event = get_object_or_404(published(), pk=pk)
    template, then = "annotations/report_event.html", safe_next(request, event)
    context = {"event": event, "next": then}
    if request.method != "POST":
        return render(request, template, context | {"form": ReportForm()})

    def act(form: ReportForm) -> HttpResponse:
        event_report_within_limits(event=event, by=request.user, reason=form.cleaned_data["reason"])
        return done(request, _("Thank you. The moderators will look at it."), then=then)

    return attempt(request, template, context, lambda: ReportForm(request.POST), act)


@require_POST
@csrf_protect
@needs("alert.label")
def take(request: AuthenticatedHttpRequest, pk: int, event_pk: int) -> HttpResponse:
    """Make an event the label and the note of an alert."""
    alert = get_object_or_404(Alert.objects.select_related("project", "category"), pk=pk)
    event: Event = get_object_or_404(published(), pk=event_pk)
    then = safe_next(request, alert)
    try:
        note = event_take(alert=alert, event=event, by=request.user)
    except Errors as error:
        messages.error(request, str(getattr(error, "message", error)))
        return HttpResponseRedirect(then)
    waits = note is not None and note.status == Annotation.Status.PENDING
    text = _("Labelled. A moderator will look at the note.") if waits else _("Labelled, with a note.")
    return done(request, text, then=then, annotation=note)
