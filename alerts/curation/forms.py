"""The forms of the alert pages: one row of the list, the page of one alert, and what a bulk action asks.

Each carries the version of the alert that the person was looking at. When somebody else changed it meanwhile, the form says
what they changed and keeps everything that was typed; saving once more then is a decision. Fields that the person left as they
were do not come back with it: they take what is stored now, so that saving again undoes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from alerts.curation.selectors import changes_since
from alerts.lifecycle import Move, moves_for_people
from alerts.models import Alert, Category

SEEN = "seen_version"
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
            date_format(entry.when, "DATETIME_FORMAT"),
            "; ".join(f"{change.field}: {change.old} → {change.new}" for change in entry.changes) or entry.why,
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


def merge(form: forms.Form | forms.ModelForm, *, base: Mapping[str, str], now: Mapping[str, str], **replaced: object) -> None:
    """Let the fields that were sent as they stood at `base` say what is stored `now`, and others what was typed.

    The values are as a browser sends them. `replaced` are fields that get a value in any case, such as the version.
    """
    data = form.data.copy() if isinstance(form.data, QueryDict) else dict(form.data)
    for name, value in now.items():
        sent = form[name].data
        if name in base and not form.fields[name].has_changed(base[name], "" if sent is None else sent):
            data[form.add_prefix(name)] = value
    for name, given in replaced.items():
        data[form.add_prefix(name)] = str(given)
    form.data = data
    form.__dict__.pop("changed_data", None)  # it was made of what was sent


def at_version(row: Any, version: int | None) -> Any:
    """The history row of `row` as it stood at `version`; None when there is no record of it."""
    return row.history.filter(version=version).order_by("-history_date", "-history_id").first()


class SeenVersionMixin(forms.ModelForm):
    """A hidden version, compared with the stored one when the form comes back."""

    decides = False  # whether the form does something even when no field is changed

    seen_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial[SEEN] = self.instance.version
        self.fields[SEEN].has_changed = lambda *_args: False  # type: ignore[method-assign]

    def check_seen_version(self) -> None:
        """Add an error, and let the next try through, when the row has another version than the one that was seen.

        Who typed nothing and decided nothing has no conflict.
        """
        seen = self.cleaned_data.get(SEEN)
        current = type(self.instance)._default_manager.select_for_update().filter(pk=self.instance.pk).first()
        if current is None or seen == current.version:
            return
        base = at_version(current, seen)
        merge(self, base=self.as_sent(base) if base else {}, now=self.as_sent(current), **{SEEN: current.version})
        if self.decides or self.has_changed():
            self.add_error(None, ValidationError(self.conflict_message(current, seen or 0), code="changed"))
        else:
            self.cleaned_data.update({name: getattr(current, name) for name in self.as_sent(current)})

    def as_sent(self, row: Model) -> dict[str, str]:
        """The stored fields of `row` (or of a row of its history) as a browser sends them."""
        shown = {name for name, field in self.fields.items() if not field.widget.is_hidden}
        columns = [column for column in self._meta.model._meta.concrete_fields if column.name in shown]
        values = {column.name: getattr(row, column.attname) for column in columns}
        return {name: "" if value is None else str(value) for name, value in values.items()}

    def conflict_message(self, current: Any, seen: int) -> Any:
        return explain_conflict(current, seen)


class _Named:
    """A field of the list whose name is written beside it where the columns have no head: on a phone."""

    attrs: dict[str, Any]

    def render(self, *args: Any, **kwargs: Any) -> SafeString:
        named: SafeString = super().render(*args, **kwargs)  # type: ignore[misc]
        return format_html('<span class="named" aria-hidden="true">{}</span>{}', self.attrs["aria-label"], named)


class NamedSelect(_Named, forms.Select):
    pass


class NamedTextInput(_Named, forms.TextInput):
    pass


def category_field(choices: list[tuple[str, str]], categories: dict[str, Category]) -> forms.TypedChoiceField:
    """A choice of category that asks the database nothing: a page has a hundred of them."""
    return forms.TypedChoiceField(
        choices=[("", "–"), *choices],
        coerce=categories.get,
        empty_value=None,
        required=False,
        label=_("category"),
        widget=NamedSelect(attrs={"aria-label": _("category"), "class": "quiet"}),
    )


class AlertRowForm(SeenVersionMixin):
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


class AlertForm(SeenVersionMixin):
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
    def decides(self) -> bool:  # type: ignore[override]
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
    category = forms.ModelChoiceField(Category.objects.all(), label=_("category"), required=False)
    label = forms.CharField(
        label=_("label"), max_length=200, required=False, help_text=_("Empty: labels stay as they are."),
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


def assignable(*, or_now: int | None = None) -> QuerySet[User]:
    """Who can be given an alert: active people who may triage, and who has it now (`or_now`), whatever became of them."""
    people = User.objects.with_perm("alerts.change_alert", backend="django.contrib.auth.backends.ModelBackend")
    able = people.filter(is_active=True).values("pk")
    return User.objects.filter(Q(pk__in=able) | Q(pk=or_now)).order_by("username")
