"""The admin as a place to work: it opens with what waits, and lets in those whom the permission table lets in."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.permissions import may, may_enter_admin

View = Callable[..., HttpResponse]

# What the header leads to: the name of the page, what it is called, the action that opens it.
PLACES = (
    ("admin:alerts_alert_changelist", _("Alerts"), "alert.view"),
    ("admin:annotations_annotation_changelist", _("Annotations"), "annotation.view"),
    ("admin:annotations_report_changelist", _("Reports"), "report.view"),
    ("admin:edits_project_changelist", _("Projects"), "project.view"),
    ("admin:edits_fetchrun_changelist", _("Fetch runs"), "fetch.view"),
)


def page_url(name: str, query: str = "") -> str:
    """The address of an admin page; nothing where that page is not installed."""
    try:
        return f"{reverse(name)}{query}"
    except NoReverseMatch:
        return ""


class CurationSite(AdminSite):
    site_header = _("Community Activity Alerts")
    site_title = _("Curation")
    index_title = _("What waits")
    index_template = "admin/start.html"
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        return may_enter_admin(request.user)

    def admin_view(self, view: View, cacheable: bool = False) -> View:  # type: ignore[override]
        """Who is signed in and has no business here is refused at once, not asked to sign in again."""
        inner = super().admin_view(view, cacheable)

        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            leaving = request.path == reverse("admin:logout", current_app=self.name)
            if request.user.is_authenticated and not self.has_permission(request) and not leaving:
                raise PermissionDenied
            return inner(request, *args, **kwargs)

        return guarded

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
        from alerts_site.health import silent_parts  # noqa: PLC0415 - models are not loaded when the site is made

        return silent_parts(timezone.now()) if may(request.user, "fetch.view") else []

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        from alerts_site.start_page import start_page  # noqa: PLC0415 - models are not loaded when the site is made

        return super().index(request, (extra_context or {}) | start_page(request.user))
