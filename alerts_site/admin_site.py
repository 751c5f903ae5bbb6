"""The admin as a place to work: it opens with the queues, and lets in those whom the permission table lets in."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.contrib.admin import AdminSite
from django.contrib.admin.exceptions import DisallowedModelAdminToField
from django.contrib.admin.options import TO_FIELD_VAR
from django.contrib.admin.views.main import ERROR_FLAG
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.permissions import may, may_enter_admin
from alerts_site.admin_pages import page_url
from alerts_site.start_page import start_page
from operations.health import silent_parts

View = TypeVar("View", bound=Callable[..., HttpResponseBase])

MAX_DIGITS = 4  # of a year
# What the header leads to: the name of the page, what it is called, the action that opens it.
PLACES = (
    ("admin:alerts_alert_changelist", _("Alerts"), "alert.view"),
    ("admin:annotations_annotation_changelist", _("Notes"), "annotation.view"),
    ("admin:annotations_report_changelist", _("Reports"), "report.view"),
    ("admin:events_event_changelist", _("Events"), "event.view"),
    ("admin:alerts_expectation_changelist", _("Expected"), "expectation.view"),
    ("admin:edits_project_changelist", _("Wikis"), "project.view"),
    ("admin:edits_fetchrun_changelist", _("Fetch runs"), "fetch.view"),
)


def _refuse_strange_fields(request: HttpRequest) -> None:
    """Django looks up the field that `_to_field` names; a name like `+`, which stands for hidden relations, breaks it."""
    for name in (*request.GET.getlist(TO_FIELD_VAR), *request.POST.getlist(TO_FIELD_VAR)):
        if not name.isidentifier():
            raise DisallowedModelAdminToField(f"No field is called {name[:40]!r}.")


def _has_strange_dates(request: HttpRequest) -> bool:
    """Whether a filter by date asks for a year, month or day of more digits than one has: databases count no further."""
    return any(
        not (value.isdecimal() and len(value) <= MAX_DIGITS)
        for name in request.GET
        if name.endswith(("__year", "__month", "__day"))
        for value in request.GET.getlist(name)
    )


class CurationSite(AdminSite):
    site_header = _("Community Activity Alerts")
    site_title = _("Curation")
    index_title = _("Waiting for you")
    index_template = "admin/start.html"
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        return may_enter_admin(request.user)

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        """Who is signed in and has no business here is refused at once, not asked to sign in again."""
        inner = super().admin_view(view, cacheable)

        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            _refuse_strange_fields(request)
            leaving = request.path == reverse("admin:logout", current_app=self.name)
            if request.user.is_authenticated and not self.has_permission(request) and not leaving:
                raise PermissionDenied
            if _has_strange_dates(request):
                return HttpResponseRedirect(f"{request.path}?{ERROR_FLAG}=1")  # as Django answers filters that mean nothing
            try:
                return inner(request, *args, **kwargs)
            except OverflowError as error:  # SQLite: a number of a row that is longer than any
                raise Http404 from error

        return cast(View, guarded)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """One door for all: strangers sign in on the site's own page, who has no business here is told so."""
        if self.has_permission(request):
            return super().login(request, extra_context)
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        places = [
            {"url": url, "label": label, "current": request.path.startswith(url)}
            for name, label, action in PLACES
            if may(request.user, action) and (url := page_url(name))
        ]
        return super().each_context(request) | {"places": places, "silent_parts": self._silent_parts(request)}

    def _silent_parts(self, request: HttpRequest) -> list[Any]:
        """For those who may look into it; readers of the public pages are told how old the counts are, and that is enough."""
        return silent_parts(timezone.now()) if may(request.user, "fetch.view") else []

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        return super().index(request, (extra_context or {}) | start_page(request.user))
