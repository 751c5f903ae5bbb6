"""What moderators expect: listed, begun and ended in one place."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.admin_permissions import PermissionTableMixin
from accounts.models import User
from accounts.requests import acting_user
from alerts.models import Expectation
from alerts.services import expectation_begin, expectation_end
from curation.bulk import Bulk, bulk_action
from edits.clock import current_day
from edits.models import Project
from edits.months import month_of
from events.models import Event


class ExpectationForm(forms.ModelForm):
    """A wiki, until when, and why. Opened from an event, what is expected and from when are filled in."""

    domain = forms.CharField(
        label=_("wiki"), max_length=100, help_text=_("Its domain, such as commons.wikimedia.org."),
        widget=forms.TextInput(attrs={"class": "vTextField", "dir": "ltr", "spellcheck": "false"}),
    )  # fmt: skip
    event = forms.IntegerField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Expectation
        fields = ("domain", "title", "metric", "first_month", "until", "reason")
        widgets = {
            "first_month": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "until": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "title": forms.TextInput(attrs={"class": "vTextField", "dir": "auto"}),
            "reason": forms.TextInput(attrs={"class": "vTextField", "dir": "auto"}),
        }

    def clean_domain(self) -> Project:
        domain = self.cleaned_data["domain"].strip().lower()
        project = Project.objects.filter(domain=domain).first()
        if project is None:
            raise ValidationError(_("There is no wiki “%(name)s” here."), params={"name": domain})
        return project

    def clean_first_month(self) -> Any:
        """Any day of the month will do."""
        return month_of(self.cleaned_data["first_month"])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        until, first = cleaned.get("until"), cleaned.get("first_month")
        if until and until < current_day():
            self.add_error("until", _("This day is over already."))
        elif until and first and until < first:
            self.add_error("until", _("It ends before it begins."))
        return cleaned


class EndForm(forms.Form):
    reason = forms.CharField(label=_("reason or note"), max_length=300, required=False, help_text=_("Goes to the history."))


def _end(expectation: Expectation, by: User, given: dict[str, Any], seen: int | None) -> Expectation:
    return expectation_end(expectation=expectation, by=by, reason=given["reason"], now=timezone.now())


end_action = bulk_action(
    Bulk(
        name="end_expectations",
        title=_("End selected expectations: their alerts wait again"),
        form=EndForm,
        apply=_end,
        refusals=(),
        row_template="admin/events/expectation_row.html",
        related=("project",),
    )
)


class ActiveFilter(admin.SimpleListFilter):
    title, parameter_name = _("state"), "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("active", _("Holds now")), ("over", _("Over or ended"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        active = Expectation.objects.active(current_day())
        choices = {"active": queryset.filter(pk__in=active), "over": queryset.exclude(pk__in=active)}
        return choices.get(self.value() or "", queryset)


@admin.register(Expectation)
class ExpectationAdmin(PermissionTableMixin, admin.ModelAdmin):
    """All of them, those that hold among them; an expectation is ended, never changed."""

    view_action, add_action = "expectation.view", "expectation.edit"
    form = ExpectationForm
    fields = ("domain", "title", "metric", "first_month", "until", "reason", "event")
    list_display = ("title", "project", "metric_words", "first_month", "until", "holds", "reason", "created_by", "ended_at")
    list_filter = (ActiveFilter,)
    list_select_related = ("project", "created_by")
    search_fields = ("title", "project__domain", "reason")
    actions = (end_action,)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """For the list's action; the page of one shows what is stored, and changes nothing."""
        return obj is None and self.has_add_permission(request)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        shown = ("project", "title", "metric", "first_month", "until", "reason", "created_by", "created_at", "ended_at")
        return shown if obj else self.fields

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        initial: dict[str, Any] = dict(super().get_changeform_initial_data(request))
        key = request.GET.get("event", "")
        event = Event.objects.filter(pk=int(key)).first() if key.isdecimal() and len(key) < 18 else None
        if event is not None:
            initial |= {"title": event.title, "first_month": event.first_day, "until": event.last_day, "event": event.pk}
        return initial

    @admin.display(description=_("metric"))
    def metric_words(self, expectation: Expectation) -> str:
        return expectation.get_metric_display() or str(_("all metrics"))

    @admin.display(description=_("holds"), boolean=True)
    def holds(self, expectation: Expectation) -> bool:
        return expectation.ended_at is None and expectation.until >= current_day()

    def save_model(self, request: HttpRequest, obj: Expectation, form: Any, change: bool) -> None:
        given = form.cleaned_data
        event = Event.objects.filter(pk=given["event"]).first() if given.get("event") else None
        stored = expectation_begin(
            project=given["domain"], by=acting_user(request), title=given["title"], metric=given["metric"],
            first_month=given["first_month"], until=given["until"], reason=given["reason"], today=current_day(),
            link=event.get_absolute_url() if event else "",
        )  # fmt: skip
        obj.pk, obj.project = stored.pk, stored.project
