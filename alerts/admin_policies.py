"""The rules that raise alerts, in the admin: a change is shown at work on the last five years before it is stored."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core import signing
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin

from accounts.admin_permissions import PermissionTableMixin
from alerts import services
from alerts.detection.registry import DETECTORS
from alerts.explain import detector_label
from alerts.models import Alert, DetectionPolicy, Direction
from alerts.policies import RULE_FIELDS, SITE
from edits.metrics import METRIC_CHOICES
from edits.models import Project

CONFIRMED = "_previewed"
SHOWN = 50  # alerts named in a preview, of those that appear and of those that vanish


class PolicyForm(forms.ModelForm):  # type: ignore[type-arg]
    """The rules, with choices where the model holds lists."""

    detector = forms.ChoiceField(label=_("detector"))
    metrics = forms.MultipleChoiceField(
        label=_("metrics"), choices=METRIC_CHOICES, required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: all of them."),
    )  # fmt: skip
    directions = forms.MultipleChoiceField(
        label=_("directions"), choices=Direction.choices, required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: peaks and drops."),
    )  # fmt: skip
    reason = forms.CharField(
        label=_("reason"), max_length=400, required=False, help_text=_("Goes to the history: why the rules change.")
    )

    class Meta:
        model = DetectionPolicy
        fields = (
            "project", "family", "detector", "parameters", "minimum_volume", "metrics", "directions", "reopen_step",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.label = capfirst(str(field.label or ""))
        self.fields["detector"].choices = [(name, detector_label(name)) for name in DETECTORS]  # type: ignore[attr-defined]
        if "parameters" in self.fields:  # not where the page is only for reading
            self.fields["parameters"].help_text = _parameters_help()
            self.fields["parameters"].widget.attrs["rows"] = 3

    def clean_parameters(self) -> dict[str, Any]:
        """An empty field means the detector's defaults."""
        return self.cleaned_data["parameters"] or {}


def _parameters_help() -> str:
    """What each detector knows, with its defaults, as it would be written here."""
    known = ((detector_label(name), json.dumps(detector.defaults())) for name, detector in DETECTORS.items())
    lines = format_html_join("", "<br>{}: <code>{}</code>", known)
    return format_html("{}{}", gettext("As JSON; what is left out keeps its default."), lines)


@admin.register(DetectionPolicy)
class DetectionPolicyAdmin(PermissionTableMixin, SimpleHistoryAdmin):  # type: ignore[misc]
    """The site's policy and its overrides."""

    view_action = "policy.view"
    change_action = add_action = delete_action = "policy.edit"
    form = PolicyForm
    list_display = ("place", "detector_name", "parameters", "minimum_volume", "version", "updated_at")
    list_select_related = ("project",)
    autocomplete_fields = ("project",)
    actions = None  # each policy is removed by itself, with its history

    @admin.display(description=_("applies to"), ordering="scope")
    def place(self, policy: DetectionPolicy) -> str:
        """Where the policy applies, in words."""
        if policy.project is not None:
            return str(policy.project)
        return policy.family or gettext("the whole site")

    @admin.display(description=_("detector"), ordering="detector")
    def detector_name(self, policy: DetectionPolicy) -> str:
        return detector_label(policy.detector)

    def has_delete_permission(self, request: HttpRequest, obj: DetectionPolicy | None = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or obj.scope != SITE)

    def get_fields(self, request: HttpRequest, obj: DetectionPolicy | None = None) -> tuple[str, ...]:
        shown = (*PolicyForm.Meta.fields, *(("version",) if obj is not None else ()))
        return (*shown, "reason") if self.has_change_permission(request, obj) else shown

    def get_readonly_fields(self, request: HttpRequest, obj: DetectionPolicy | None = None) -> tuple[str, ...]:
        # A policy stays where it is: its versions are told apart by place and number.
        return ("project", "family", "version") if obj is not None else ()

    def history_form_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """An old version is there to be read: to bring it back, change the policy, which shows first what that does."""
        if request.method == "POST":
            raise PermissionDenied
        page: HttpResponse = super().history_form_view(request, *args, **kwargs)
        return page

    # --- look before you leap ---

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show what a change would do first; store it when the very same change comes back confirmed."""
        if request.method == "POST":
            policy = self.get_object(request, object_id) if object_id else None
            if not (self.has_change_permission(request, policy) if policy else self.has_add_permission(request)):
                raise PermissionDenied
            form = self.get_form(request, policy, change=policy is not None)(request.POST, instance=policy)
            if (policy or not object_id) and form.is_valid() and not self._was_previewed(request, form.instance):
                return self._preview(request, form)
        page: HttpResponse = super().changeform_view(request, object_id, form_url, extra_context)
        return page

    def _was_previewed(self, request: HttpRequest, policy: DetectionPolicy) -> bool:
        try:
            previewed = signing.loads(request.POST.get(CONFIRMED, ""), salt=CONFIRMED, max_age=3600)
        except signing.BadSignature:
            return False
        return bool(previewed == _fingerprint(policy))

    def _preview(self, request: HttpRequest, form: PolicyForm) -> HttpResponse:
        policy: DetectionPolicy = form.instance
        differences = services.preview_policy(policy=policy)
        lists = (
            (gettext("Would appear"), differences.appear),
            (gettext("Would vanish"), differences.vanish),
        )
        context = self.admin_site.each_context(request) | {
            "title": gettext("What these rules would have done in the last five years that are stored"),
            "opts": self.opts,
            "policy": policy,
            "place": self.place(policy),
            "detector": detector_label(policy.detector),
            "differences": differences,
            "lists": [(title, len(alerts), _worst(alerts)) for title, alerts in lists],
            "sent": [
                (name, value)
                for name, values in request.POST.lists()
                if name not in ("csrfmiddlewaretoken", CONFIRMED)
                for value in values
            ],
            "confirmed": CONFIRMED,
            "token": signing.dumps(_fingerprint(policy), salt=CONFIRMED),
        }
        return TemplateResponse(request, "admin/alerts/detectionpolicy/preview.html", context)

    # --- saving: the services ---

    def save_model(self, request: HttpRequest, obj: DetectionPolicy, form: Any, change: bool) -> None:
        services.policy_save(policy=obj, by=request.user, reason=form.cleaned_data.get("reason", ""))  # type: ignore[arg-type]

    def delete_model(self, request: HttpRequest, obj: DetectionPolicy) -> None:
        try:
            services.policy_delete(policy=obj, by=request.user)  # type: ignore[arg-type]
        except ValidationError as error:
            self.message_user(request, " ".join(error.messages), messages.ERROR)


def _fingerprint(policy: DetectionPolicy) -> list[Any]:
    """What was previewed: the rules, and the stored version that they replace."""
    stored = DetectionPolicy.objects.filter(pk=policy.pk).values_list("version", flat=True).first() if policy.pk else None
    return [policy.pk, stored, *(getattr(policy, name) for name in RULE_FIELDS)]


def _worst(alerts: list[Alert]) -> list[Alert]:
    """The furthest out, with their projects."""
    worst = sorted(alerts, key=lambda alert: -abs(alert.score or 0))[:SHOWN]
    projects = Project.objects.in_bulk({alert.project_id for alert in worst})
    for alert in worst:
        alert.project = projects[alert.project_id]
    return worst
