"""Forms that carry the version of the row that the person was looking at.

When somebody else changed the row meanwhile, the form says what they changed and keeps everything that was typed; saving once
more then is a decision. Fields that the person left as they were do not come back with it: they take what is stored now, so
that saving again undoes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import QueryDict

from curation.history import at_version

SEEN = "seen_version"


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


class SeenVersionField(forms.IntegerField):
    """Travels with the form, and is not itself something that was changed."""

    widget = forms.HiddenInput

    def has_changed(self, initial: Any, data: Any) -> bool:
        return False


class SeenVersionMixin(forms.ModelForm):
    """A hidden version, compared with the stored one when the form comes back."""

    seen_version = SeenVersionField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial[SEEN] = self.instance.version

    @property
    def decides(self) -> bool:
        """Whether the form does something even when no field is changed."""
        return False

    def check_seen_version(self) -> None:
        """Add an error, and let the next try through, when the row has another version than the one that was seen.

        Who typed nothing and decided nothing has no conflict, nor has who typed what is stored by now: it was sent twice.
        """
        seen = self.cleaned_data.get(SEEN)
        current = type(self.instance)._default_manager.select_for_update().filter(pk=self.instance.pk).first()
        if current is None or seen == current.version:
            return
        if not self.decides and self._says(current):
            self.cleaned_data[SEEN] = current.version
            return
        base = at_version(current, seen)
        merge(self, base=self.as_sent(base) if base else {}, now=self.as_sent(current), **{SEEN: current.version})
        if self.decides or self.has_changed():
            self.add_error(None, ValidationError(self.conflict_message(current, seen or 0), code="changed"))
        else:
            self.cleaned_data.update({name: getattr(current, name) for name in self.as_sent(current)})

    def _says(self, row: Model) -> bool:
        """Whether what was typed is what `row` has."""
        typed = {name: self.cleaned_data.get(name) for name in self.as_sent(row)}
        return all(getattr(value, "pk", value) == getattr(row, self._column(name)) for name, value in typed.items())

    def _column(self, name: str) -> str:
        return str(self._meta.model._meta.get_field(name).attname)

    def as_sent(self, row: Model) -> dict[str, str]:
        """The stored fields of `row` (or of a row of its history) as a browser sends them."""
        shown = {name for name, field in self.fields.items() if not field.widget.is_hidden}
        columns = [column for column in self._meta.model._meta.concrete_fields if column.name in shown]
        values = {column.name: getattr(row, column.attname) for column in columns}
        return {name: "" if value is None else str(value) for name, value in values.items()}

    def conflict_message(self, current: Any, seen: int) -> Any:
        """Who made what of the row after version `seen`, as a message for the second one to save."""
        raise NotImplementedError
