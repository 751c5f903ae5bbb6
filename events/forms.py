"""The form of an event: for moderators in the admin, and for everybody who proposes one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from events.kinds import Touch
from events.models import Event
from events.services import FIELDS, clean


class EventForm(forms.ModelForm):
    """What people say about an event; nothing else that is sent is read."""

    touches = forms.MultipleChoiceField(
        label=_("what it touches"), choices=Touch.choices, required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Event
        fields: tuple[str, ...] = FIELDS
        widgets = {
            "title": forms.TextInput(attrs={"dir": "auto", "class": "vTextField"}),
            "url": forms.URLInput(attrs={"placeholder": "https://", "dir": "ltr", "class": "vURLField"}),
            "scope": forms.Textarea(attrs={"rows": 2, "dir": "ltr", "spellcheck": "false"}),
            "summary": forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
            "first_day": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "last_day": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    def _post_clean(self) -> None:
        """As the service checks it, so that each refusal stands at its field."""
        super()._post_clean()  # type: ignore[misc]  # a hook that django-stubs leaves out
        if self.errors:
            return
        try:
            clean(self.instance)
        except forms.ValidationError as error:
            self.add_error(None, error)

    @property
    def values(self) -> dict[str, Any]:
        """What was said of the event, for the service: the admin's form has other fields, too."""
        return {name: self.cleaned_data[name] for name in FIELDS if name in self.cleaned_data}


class ReviewForm(EventForm):
    """A moderator's: with the reason of the change, and the version that was seen."""

    reason = forms.CharField(
        label=_("reason or note"), required=False, max_length=300, help_text=_("Goes to the history."),
        widget=forms.TextInput(attrs={"dir": "auto", "class": "vTextField"}),
    )  # fmt: skip
    seen_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["seen_version"] = self.instance.version

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.instance.pk:
            stored = Event.objects.values_list("version", flat=True).get(pk=self.instance.pk)
            seen = cleaned.get("seen_version")
            if seen != stored:
                data: Any = self.data
                sent = data.copy()
                sent[self.add_prefix("seen_version")] = str(stored)
                self.data = sent
                text = _("This event was changed meanwhile. What you typed is still here. Save again to put it in place.")
                raise forms.ValidationError(text, code="changed")
        return cleaned


class ProposalForm(EventForm):
    """What members fill in: a short one."""

    class Meta(EventForm.Meta):
        fields = ("title", "url", "kind", "first_day", "last_day", "scope", "summary")
        help_texts = {
            "scope": _("Such as: wiki:de.wikipedia.org, family:wikipedia, language:hi, region:india, or all."),
        }

    touches = None  # type: ignore[assignment]  # Django's way to leave out a field that was inherited

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["first_day"].required = self.fields["last_day"].required = True
