"""Something done with many rows at once: ask for a reason, do it one by one, say what was refused and why."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext, ngettext

from accounts.models import User
from accounts.requests import acting_user
from curation.language import listed

MAX_NAMED_ROWS = 5  # of the rows that were refused for a reason
# More than a person looks at, and few enough to be done within one request.
MAX_BULK_ROWS = 500
MAX_SHOWN_ROWS = 50


Refused = dict[str, list[str]]  # for each reason the rows, by name


@dataclass(frozen=True)
class Bulk:
    """One bulk action.

    `form` makes the form that the confirmation page shows, `apply` does it to one row and returns the row as it is then;
    `refusals` are the exceptions by which it says no. `seen` is the version on the confirmation page, None if unknown.
    """

    name: str
    title: Any
    form: Callable[..., forms.Form]
    apply: Callable[[Any, User, dict[str, Any], int | None], Any]
    refusals: tuple[type[Exception], ...]
    row_template: str
    related: tuple[str, ...] = ()


def bulk_apply(
    bulk: Bulk, rows: Iterable[Any], *, by: User, given: dict[str, Any], seen: dict[str, int]
) -> tuple[int, Refused]:
    """Do it to each row by itself; return how many changed, and which were refused for each reason."""
    changed, refused = 0, defaultdict[str, list[str]](list)
    for row in rows:
        before = _state(row)
        try:
            after = bulk.apply(row, by, given, seen.get(str(row.pk)))
        except ValidationError as error:
            refused[" ".join(error.messages)].append(str(row))
        except bulk.refusals as error:
            refused[str(getattr(error, "message", error))].append(str(row))
        else:
            if _state(after) == before:
                refused[gettext("No change was needed.")].append(str(row))
            else:
                changed += 1
    return changed, refused


def _state(row: Any) -> tuple[Any, Any]:
    return getattr(row, "version", None), row.status


def bulk_action(bulk: Bulk) -> Callable[[ModelAdmin, HttpRequest, QuerySet[Any]], HttpResponse | None]:
    """The admin action of `bulk`."""

    @admin.action(description=bulk.title, permissions=["change"])
    def action(model_admin: ModelAdmin, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        rows = list(queryset.select_related(*bulk.related)[: MAX_BULK_ROWS + 1])
        left_out = max(queryset.count() - MAX_BULK_ROWS, 0) if len(rows) > MAX_BULK_ROWS else 0
        rows = rows[:MAX_BULK_ROWS]
        form = bulk.form(request.POST if "confirmed" in request.POST else None)
        if not form.is_valid() or not _were_seen(rows, _seen(request)):
            context = _context(bulk, model_admin, request, rows, form) | {"left_out": left_out}
            return TemplateResponse(request, "admin/bulk.html", context)
        changed, refused = bulk_apply(bulk, rows, by=acting_user(request), given=form.cleaned_data, seen=_seen(request))
        absent = len(set(request.POST.getlist(ACTION_CHECKBOX_NAME))) - len(rows)
        _report(model_admin, request, changed, refused, absent)
        return None

    action.__name__ = bulk.name
    return action


def _seen(request: HttpRequest) -> dict[str, int]:
    """The versions that the confirmation page was made from; nonsense counts as having seen nothing."""
    try:
        seen = json.loads(request.POST.get("seen", "{}"))
        return {str(key): int(value) for key, value in seen.items()}
    except (ValueError, TypeError, AttributeError):
        return {}


def _were_seen(rows: list[Any], seen: dict[str, int]) -> bool:
    """Whether each row stood on the page that was confirmed, in some version: nobody decides on what they have not seen."""
    return all(str(row.pk) in seen for row in rows if hasattr(row, "version"))


def _context(bulk: Bulk, model_admin: ModelAdmin, request: HttpRequest, rows: list[Model], form: forms.Form) -> dict[str, Any]:
    return {
        **model_admin.admin_site.each_context(request),
        "title": bulk.title,
        "opts": model_admin.opts,
        "bulk": bulk,
        "rows": rows,
        "shown": rows[:MAX_SHOWN_ROWS],
        "more": max(len(rows) - MAX_SHOWN_ROWS, 0),
        "form": form,
        # What a page that comes back with an error was made from stays what was seen, whatever happened meanwhile.
        "seen": json.dumps({str(row.pk): row.version for row in rows if hasattr(row, "version")} | _seen(request)),
        "checkbox": ACTION_CHECKBOX_NAME,
    }


def _report(model_admin: ModelAdmin, request: HttpRequest, changed: int, refused: Refused, absent: int) -> None:
    if changed:
        text = ngettext("%(count)s was changed.", "%(count)s were changed.", changed) % {"count": changed}
        model_admin.message_user(request, text, messages.SUCCESS)
    told = [(len(names), reason, names) for reason, names in refused.items()]
    if absent > 0:
        told.append((absent, gettext("Not in this list (any more)."), []))
    for count, reason, names in sorted(told, reverse=True):
        text = ngettext("%(count)s was refused: %(reason)s", "%(count)s were refused: %(reason)s", count)
        text %= {"count": count, "reason": reason}
        told_names = listed([*names[:MAX_NAMED_ROWS], *(["…"] if len(names) > MAX_NAMED_ROWS else [])])
        model_admin.message_user(request, f"{text} ({told_names})" if names else text, messages.WARNING)
    if not changed and not told:
        model_admin.message_user(request, gettext("Nothing was changed."), messages.WARNING)
