"""Making a group of one's own, and changing it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from annotations.answers import needs
from subscriptions import services
from subscriptions.forms import GroupForm
from subscriptions.models import Group


@require_http_methods(["GET", "HEAD", "POST"])
@needs("group.make")
def make(request: HttpRequest, slug: str = "") -> HttpResponse:
    """The form of a group: a new one, or one's own of this short name."""
    user: Any = request.user
    group = get_object_or_404(Group, slug=slug, owner=user) if slug else None
    form = GroupForm(request.POST if request.method == "POST" else None, initial=GroupForm.values_of(group) if group else {})
    if request.method == "POST" and form.is_valid():
        try:
            group = services.group_save(by=user, name=form.cleaned_data["name"], lines=form.lines(), group=group)
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(request, _("Saved."))
            return redirect(group)
    return render(request, "subscriptions/group.html", {"form": form, "group": group}, status=400 if form.errors else 200)


@require_POST
@needs("group.make")
def remove(request: HttpRequest, slug: str) -> HttpResponse:
    user: Any = request.user
    services.group_remove(by=user, group=get_object_or_404(Group, slug=slug, owner=user))
    messages.success(request, _("The group is removed."))
    return redirect("groups")
