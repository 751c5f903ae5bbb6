"""The forms of the alert pages: one row of the list, the page of one alert, and what a bulk action asks."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from alerts.admin.selectors import changes_since
from alerts.lifecycle import Move, moves_for_people
from alerts.models import MAX_LABEL_LENGTH, Alert, Category
from alerts.services import KEEP, Keep
from curation.language import arrow
from curation.seen_version import SeenVersionMixin
from curation.widgets import NamedSelect, NamedTextInput
from edits.figures import moment

# The moves that have a button of their own on the page of an alert, in the order of the buttons.
DECISIONS = (Move.ACKNOWLEDGE, Move.EXPLAIN, Move.DISMISS, Move.REOPEN)


def decisions_for(alert: Alert) -> list[Move]:
    """The decisions that the life cycle allows from where the alert is."""
    return [move for move in DECISIONS if move in moves_for_people(alert.status)]


def explain_conflict(alert: Alert, seen: int) -> SafeString:
    """Who changed what after version `seen`, as a message for the second one to save."""
    lines = [
        (
            entry.who or gettext("the detector"),
            moment(entry.when),
            " · ".join(f"{change.field}: {change.old} {arrow()} {change.new}" for change in entry.changes) or entry.why,
        )
        for entry in changes_since(alert, seen)
    ]
    listed = format_html_join("", "<li>{} ({}): {}</li>", lines)
    return format_html(
        "{}<ul>{}</ul>{}",
        gettext("This alert was changed meanwhile:"),
        listed,
        gettext("What you typed is still here. Save again to put it in place."),
    )


def category_field(choices: list[tuple[str, str]], categories: dict[str, Category]) -> forms.TypedChoiceField:
    """A choice of category that asks the database nothing: a page has a hundred of them."""
    return forms.TypedChoiceField(
        choices=[("", "–"), *choices],
        coerce=categories.get,
        empty_value=None,
        required=False,
        label=_("cause"),
        widget=NamedSelect(attrs={"aria-label": _("cause"), "class": "quiet"}),
    )


class AlertVersionForm(SeenVersionMixin):
    """A form of an alert that tells who changed it meanwhile."""

    def conflict_message(self, current: Any, seen: int) -> Any:
        return explain_conflict(current, seen)


class AlertRowForm(AlertVersionForm):
    """Category and label of one row of the list."""

    class Meta:
        model = Alert
        fields = ("category", "label")
        widgets = {"label": NamedTextInput(attrs={"aria-label": _("label"), "class": "quiet", "dir": "auto"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["category"] = str(self.instance.category_id or "")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if any(name in self.changed_data for name in ("category", "label")):
            self.check_seen_version()
        return cleaned


def row_form() -> type[AlertRowForm]:
    """The row form with the categories as they are now, for one request."""
    categories = {str(category.pk): category for category in Category.objects.all()}
    choices = [(key, str(category)) for key, category in categories.items()]
    return type("AlertRowForm", (AlertRowForm,), {"category": category_field(choices, categories)})


class AlertForm(AlertVersionForm):
    """Category, label, assignee and at most one decision, saved together."""

    reason = forms.CharField(
        label=_("reason or note"),
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"class": "vTextField", "dir": "auto"}),
        help_text=_("Goes to the history. To dismiss an alert a reason is needed."),
    )

    class Meta:
        model = Alert
        fields = ("category", "label", "assignee")
        widgets = {"label": forms.TextInput(attrs={"class": "vTextField", "dir": "auto"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields.get("assignee")
        if field is not None:
            field.queryset = assignable(or_now=self.instance.assignee_id)

    @property
    def move(self) -> Move | None:
        """The decision whose button was pressed; None for a plain save."""
        name = self.data.get("_move", "")
        return Move(name) if name in Move.values else None

    @property
    def decides(self) -> bool:
        return self.move is not None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self.check_seen_version()
        move = self.move
        if move is None or self.errors:
            return cleaned
        stored = Alert.objects.get(pk=self.instance.pk)
        if move not in decisions_for(stored):
            raise ValidationError(
                gettext("An alert that is “%(status)s” cannot be changed by “%(move)s”.")
                % {"status": stored.get_status_display(), "move": move.label}
            )
        if move == Move.EXPLAIN and not cleaned.get("category"):
            self.add_error("category", gettext("Choose the kind of cause that explains this alert."))
        if move == Move.DISMISS and not (cleaned.get("reason") or "").strip():
            self.add_error("reason", gettext("Say why this alert is dismissed."))
        return cleaned


class BulkForm(forms.Form):
    """What a bulk action asks before it acts; which fields it has depends on the move."""

    reason = forms.CharField(label=_("reason or note"), max_length=300, required=False, help_text=_("Goes to the history."))
    category = forms.ModelChoiceField(Category.objects.all(), label=_("cause"), required=False)
    label = forms.CharField(
        label=_("label"), max_length=MAX_LABEL_LENGTH, required=False, help_text=_("Empty: labels stay as they are."),
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )  # fmt: skip

    def __init__(self, *args: Any, move: Move, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if move != Move.EXPLAIN:
            del self.fields["category"], self.fields["label"]
        else:
            self.fields["category"].required = True
        if move in {Move.DISMISS, Move.REOPEN}:
            self.fields["reason"].required = True
            self.fields["reason"].label = _("reason (required)")

    def clean_label(self) -> str | Keep:
        """An empty label leaves each alert's own."""
        return self.cleaned_data["label"] or KEEP


def assignable(*, or_now: int | None = None) -> QuerySet[User]:
    """Who can be given an alert: active people who may triage, and who has it now (`or_now`), whatever became of them."""
    people = User.objects.with_perm("alerts.change_alert", backend="django.contrib.auth.backends.ModelBackend")
    able = people.filter(is_active=True).values("pk")
    return User.objects.filter(Q(pk__in=able) | Q(pk=or_now)).order_by("username")
