"""Working through a list row by row, without going back to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from csp.decorators import csp_update
from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.contrib.messages import MessageFailure
from django.core.exceptions import SuspiciousOperation
from django.db import DataError
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext

from curation.bulk import MAX_BULK_ROWS
from curation.neighbours import neighbours

MAX_COUNTED = 1_000  # how far the page counts what is still to come


# What Django and the databases say to filters that no list has: words with control characters, numbers out of range. A search
# that is refused wants to leave a message, which this request cannot carry.
NO_SUCH_LIST = (
    ValueError, OverflowError, IncorrectLookupParameters, SuspiciousOperation, MessageFailure, DataError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """The rows before and after the one that is shown, and how many come after it (up to MAX_COUNTED)."""

    previous: Any = None
    next: Any = None
    after_count: int = 0


class OrderRequest(HttpRequest):
    """Asks a list for its order alone."""


class QueueChangeList(ChangeList):
    """A list that is not fetched when only its order is asked for."""

    def get_results(self, request: HttpRequest) -> None:
        if not isinstance(request, OrderRequest):
            super().get_results(request)


class QueueMixin(admin.ModelAdmin):
    """A ModelAdmin whose page leads to the previous and the next row of the list that one came from."""

    decision_field = "_move"  # the name of the buttons that decide

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return QueueChangeList

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {"bulk_limit": MAX_BULK_ROWS} | (extra_context or {}))

    def page_context(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """What the page shows around its form."""
        return {}

    def row_name(self, row: Any) -> str:
        """What the message after a decision calls the row."""
        return str(row)

    @method_decorator(csp_update({"frame-src": ["'self'"]}))  # the chart of everybody's page
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
            place = self._place(request, row)
            request.next_row = place.next  # type: ignore[attr-defined]  # for the answer to a decision
            context |= self.page_context(request, row) | {
                "previous_url": self._url_of(request, place.previous),
                "next_url": self._url_of(request, place.next),
                "list_url": self._list_url(request),
                "after_count": place.after_count,
                "counted": MAX_COUNTED,
            }
        return super().changeform_view(request, object_id, form_url, context)

    def _place(self, request: HttpRequest, row: Any) -> Place:
        """Where `row` stands in the list that the link speaks of."""
        query = QueryDict(self.get_preserved_filters(request))
        listed = OrderRequest()
        listed.method, listed.user, listed.path = "GET", request.user, request.path
        listed.GET = QueryDict(query.get("_changelist_filters", ""))
        try:
            cl = self.get_changelist_instance(listed)
            before, after = neighbours(cl.queryset.select_related(None), row)
            return Place(before.first(), after.first(), after[:MAX_COUNTED].count())
        except NO_SUCH_LIST:
            return Place()

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
