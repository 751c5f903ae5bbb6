"""What moderators do about the cause of an alert with one press: accept what is suggested, or have Wikimedia asked."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_POST

from accounts.requests import acting_user
from alerts.lifecycle import ChangedMeanwhile, IllegalTransition
from alerts.models import Alert
from annotations.answers import safe_next
from causes.case_files.services import ask_about
from causes.models import Explanation
from causes.suggestions import suggestion_accept
from causes.tasks import fetch_case_file


@require_POST
@csrf_protect
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept the suggestion for an alert, and go back to it or on to `next`. Who may is for the service to ask."""
    explanation = get_object_or_404(Explanation.objects.select_related("alert"), pk=pk)
    version = request.POST.get("version", "")
    try:
        if not (version.isdecimal() and len(version) < 10):
            raise ValidationError(_("The version that was seen is missing: load the page again."))
        suggestion_accept(explanation=explanation, by=acting_user(request), expected_version=int(version))
    except (ValidationError, ChangedMeanwhile, IllegalTransition) as error:
        messages.error(request, " ".join(getattr(error, "messages", [str(error)])))
    else:
        messages.success(request, _("Accepted. Thank you."))
    return HttpResponseRedirect(safe_next(request, explanation.alert))


@require_POST
@csrf_protect
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Have Wikimedia asked for details of an alert, and go back to it. Who may is for the service to ask."""
    alert = get_object_or_404(Alert.objects.standing(), pk=pk)
    ask_about(alert=alert, by=acting_user(request), now=timezone.now(), dispatch=fetch_case_file.delay)
    messages.success(request, _("Wikimedia will be asked. Look again in a minute."))
    return HttpResponseRedirect(safe_next(request, alert))
