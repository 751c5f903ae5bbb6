"""Tokens for scripts: made and taken back here, and shown once."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminSplitDateTime
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.admin_permissions import PermissionTableMixin
from accounts.requests import acting_user
from api.models import ApiToken, Scope
from api.tokens import check_expiry, token_make, token_revoke

USUAL_DAYS = 90


class TokenForm(forms.ModelForm):
    """What a new token is for, and until when."""

    scopes = forms.MultipleChoiceField(
        choices=Scope.choices, widget=forms.CheckboxSelectMultiple, label=gettext_lazy("What for")
    )
    expires_at = forms.SplitDateTimeField(
        label=gettext_lazy("Expires"),
        widget=AdminSplitDateTime,
        initial=lambda: timezone.now().replace(microsecond=0) + dt.timedelta(days=USUAL_DAYS),
    )

    class Meta:
        model = ApiToken
        fields = ("owner", "name", "scopes", "expires_at")

    def clean_expires_at(self) -> dt.datetime:
        """Refused beside its field, as the service would."""
        given: dt.datetime = self.cleaned_data["expires_at"]
        check_expiry(given, now=timezone.now())
        return given


@admin.register(ApiToken)
class ApiTokenAdmin(PermissionTableMixin, admin.ModelAdmin):
    """Nothing of a token can be changed: who needs another one takes it back and makes a new one."""

    view_action = add_action = "token.manage"
    form = TokenForm
    list_display = ("name", "owner", "start", "scopes", "expires_at", "revoked_at", "last_used_at", "made_by", "made_at")
    list_select_related = ("owner", "made_by")
    list_filter = ("revoked_at",)
    search_fields = ("name", "owner__username", "start")
    raw_id_fields = ("owner",)
    actions = ("revoke",)

    def save_model(self, request: HttpRequest, obj: ApiToken, form: Any, change: bool) -> None:
        stored, text = token_make(by=acting_user(request), now=timezone.now(), **form.cleaned_data)
        obj.pk = stored.pk
        words = _("The token of “%(name)s”, shown this once: %(token)s") % {"name": stored.name, "token": text}
        messages.warning(request, words)

    @admin.action(description=gettext_lazy("Revoke"), permissions=["add"])
    def revoke(self, request: HttpRequest, tokens: QuerySet[ApiToken]) -> None:
        now = timezone.now()
        done = [token_revoke(token=token, by=acting_user(request), now=now) for token in tokens]
        text = ngettext("%(count)s token is revoked.", "%(count)s tokens are revoked.", len(done))
        messages.success(request, text % {"count": len(done)})
