"""The rules that raise alerts, in the admin: a change is shown at work on the last five years before it is stored."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.widgets import AutocompleteSelect
from django.core import signing
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin

from accounts.admin_permissions import PermissionTableMixin
from accounts.requests import acting_user
from alerts import services
from alerts.admin.policy_drawings import drawings
from alerts.admin.policy_form import PolicyForm, field_names
from alerts.admin.proposals import ProposalRow
from alerts.detection.registry import DETECTORS
from alerts.detector_words import detector_label, settings_words
from alerts.learning.proposals import MIN_DISMISSED, MIN_EXPLAINED, proposals
from alerts.models import Alert, DetectionPolicy
from alerts.policies import RULE_FIELDS, SITE
from edits.clock import current_day
from edits.models import Project

CONFIRMED = "_previewed"
MAX_SHOWN = 50  # alerts named in a preview, of those that would be raised and of those that would be withdrawn


class NumbersOnly(AutocompleteSelect):
    def optgroups(self, name: str, value: Any, attr: Any = None) -> Any:
        return super().optgroups(name, [each for each in value if str(each).isdecimal()], attr)


@admin.register(DetectionPolicy)
class DetectionPolicyAdmin(PermissionTableMixin, SimpleHistoryAdmin):  # type: ignore[misc]  # simple_history has no types
    """The site's policy and its overrides."""

    view_action = "policy.view"
    change_action = add_action = delete_action = "policy.edit"
    form = PolicyForm
    list_display = ("place", "detector_name", "settings", "minimum_volume", "version", "updated_at")
    list_select_related = ("project",)
    autocomplete_fields = ("project",)
    actions = None  # each policy is removed by itself, with its history

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Django's own widget answers 500 when it is to show again what is no number."""
        if db_field.name in self.autocomplete_fields:
            kwargs["widget"] = NumbersOnly(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

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

    def get_fieldsets(self, request: HttpRequest, obj: DetectionPolicy | None = None) -> list[Any]:
        """What holds for every detector, then the parameters of each; the page shows those of the chosen one."""
        version = ("version",) if obj is not None else ()
        if not self.has_change_permission(request, obj):
            return [(None, {"fields": (*PolicyForm.Meta.fields, "settings", *version)})]
        chosen = [
            (
                gettext("Parameters of: %(detector)s") % {"detector": detector_label(name)},
                {"fields": field_names(detector), "classes": ("parameters", f"of-{name}")},
            )
            for name, detector in DETECTORS.items()
        ]
        return [(None, {"fields": (*PolicyForm.Meta.fields, *version)}), *chosen, (None, {"fields": ("drawn", "reason")})]

    def get_form(
        self, request: HttpRequest, obj: DetectionPolicy | None = None, change: bool = False, **kwargs: Any
    ) -> type[PolicyForm]:
        """The form as it declares itself: the fields of parameters are made when it is, and not asked for by name here."""
        found: type[PolicyForm] = super().get_form(request, obj, change, **kwargs | {"fields": PolicyForm.Meta.fields})
        return found

    def get_readonly_fields(self, request: HttpRequest, obj: DetectionPolicy | None = None) -> tuple[str, ...]:
        # A policy stays where it is: its versions are told apart by place and number.
        return ("project", "family", "version", "settings") if obj is not None else ()

    @admin.display(description=_("parameters"))
    def settings(self, policy: DetectionPolicy) -> str:
        """What differs from the detector's defaults, in words."""
        return settings_words(policy.detector, policy.parameters) or gettext("as the detector has them")

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
        shown_before, shown_after = differences.shown()
        lists = (
            (gettext("Would be raised"), differences.raised),
            (gettext("Would be withdrawn"), differences.withdrawn),
        )
        context = self.admin_site.each_context(request) | {
            "title": gettext("What these rules would have done in the last five years that are stored"),
            "opts": self.opts,
            "policy": policy,
            "place": self.place(policy),
            "detector": detector_label(policy.detector),
            "differences": differences,
            "shown_before": shown_before,
            "shown_after": shown_after,
            "drawings": drawings(differences, policy, form.cleaned_data.get("drawn")),
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

    # --- what decisions teach ---

    def get_urls(self) -> list[Any]:
        name = "alerts_detectionpolicy_proposals"
        return [path("proposals/", self.admin_site.admin_view(self.proposals_view), name=name), *super().get_urls()]

    def proposals_view(self, request: HttpRequest) -> HttpResponse:
        """Rules that moderators' decisions speak for. Each leads to its preview, which stores it when that is pressed."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        found = proposals(today=current_day())
        context = self.admin_site.each_context(request) | {
            "title": gettext("Rules that decisions speak for"),
            "opts": self.opts,
            "proposals": [ProposalRow.of(proposal, self.place(proposal.policy)) for proposal in found],
            "least": (MIN_EXPLAINED, MIN_DISMISSED),
        }
        return TemplateResponse(request, "admin/alerts/detectionpolicy/proposals.html", context)

    # --- saving: the services ---

    def save_model(self, request: HttpRequest, obj: DetectionPolicy, form: Any, change: bool) -> None:
        services.policy_save(policy=obj, by=acting_user(request), reason=form.cleaned_data.get("reason", ""))

    def delete_model(self, request: HttpRequest, obj: DetectionPolicy) -> None:
        try:
            services.policy_delete(policy=obj, by=acting_user(request))
        except ValidationError as error:
            self.message_user(request, " ".join(error.messages), messages.ERROR)


def _fingerprint(policy: DetectionPolicy) -> list[Any]:
    """What was previewed: the rules, and the stored version that they replace."""
    stored = DetectionPolicy.objects.filter(pk=policy.pk).values_list("version", flat=True).first() if policy.pk else None
    return [policy.pk, stored, *(getattr(policy, name) for name in RULE_FIELDS)]


def _worst(alerts: list[Alert]) -> list[Alert]:
    """The furthest out, with their projects."""
    worst = sorted(alerts, key=lambda alert: -abs(alert.score or 0))[:MAX_SHOWN]
    projects = Project.objects.in_bulk({alert.project_id for alert in worst})
    for alert in worst:
        alert.project = projects[alert.project_id]
    return worst
