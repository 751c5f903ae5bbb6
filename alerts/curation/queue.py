"""Working through a list row by row, without going back to it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import SuspiciousOperation
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext

from alerts.curation.neighbours import neighbours

COUNTED = 1_000  # how far the page counts what is still to come


class QueueChangeList(ChangeList):
    """A list that is not fetched when only its order is asked for."""

    def get_results(self, request: HttpRequest) -> None:
        if not getattr(request, "only_neighbours", False):
            super().get_results(request)


class QueueMixin(admin.ModelAdmin):
    """A ModelAdmin whose page leads to the previous and the next row of the list that one came from."""

    decision_field = "_move"  # the name of the buttons that decide

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return QueueChangeList

    def page_context(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """What the page shows around its form."""
        return {}

    def row_name(self, row: Any) -> str:
        """What the message after a decision calls the row."""
        return str(row)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        row = self.get_object(request, object_id) if object_id else None
        context: dict[str, Any] = extra_context or {}
        if row is not None and self.has_view_permission(request, row):
            before, after = self._neighbours(request, row)
            request.next_row = following = after.first() if after is not None else None  # type: ignore[attr-defined]
            context |= self.page_context(request, row) | {
                "previous_url": self._url_of(request, before.first() if before is not None else None),
                "next_url": self._url_of(request, following),
                "list_url": self._list_url(request),
                "after_count": after[:COUNTED].count() if after is not None else 0,
                "counted": COUNTED,
            }
        response = super().changeform_view(request, object_id, form_url, context)
        response._csp_update = {"frame-src": ["'self'"]}  # type: ignore[attr-defined] # the chart of everybody's page
        return response

    def _neighbours(self, request: HttpRequest, row: Any) -> tuple[QuerySet[Any] | None, QuerySet[Any] | None]:
        """The rows before and after `row` in the list that the link speaks of."""
        query = QueryDict(self.get_preserved_filters(request))
        listed = HttpRequest()
        listed.method, listed.user, listed.path = "GET", request.user, request.path
        listed.GET = QueryDict(query.get("_changelist_filters", ""))
        listed.only_neighbours = True  # type: ignore[attr-defined]
        try:
            cl = self.get_changelist_instance(listed)
            return neighbours(cl.queryset.select_related(None), row)
        except (ValueError, IncorrectLookupParameters, SuspiciousOperation):
            return None, None  # there is no such list

    def _list_url(self, request: HttpRequest) -> str:
        """The list that the page was opened from, with its filters."""
        kept = QueryDict(self.get_preserved_filters(request)).get("_changelist_filters", "")
        url = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        return f"{url}?{kept}" if kept else url

    def _url_of(self, request: HttpRequest, row: Model | None) -> str:
        if row is None:
            return ""
        kept = self.get_preserved_filters(request)
        url = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[row.pk])
        return f"{url}?{kept}" if kept else url

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """After a decision go on to the next row, where that is wished; else stay."""
        if not {self.decision_field, "_next", "_continue"} & set(request.POST):
            return super().response_change(request, obj)
        stored = self.model._default_manager.get(pk=obj.pk)
        decided = self.decision_field in request.POST
        done = stored.get_status_display() if decided else gettext("saved")
        text = gettext("%(row)s: %(done)s.") % {"row": self.row_name(stored), "done": done}
        self.message_user(request, text, messages.SUCCESS)
        following = getattr(request, "next_row", None)
        if "_next" in request.POST and following is not None:
            return HttpResponseRedirect(self._url_of(request, following))
        if "_next" in request.POST:
            self.message_user(request, gettext("That was the last one of this list."), messages.INFO)
        return HttpResponseRedirect(self._url_of(request, stored))
