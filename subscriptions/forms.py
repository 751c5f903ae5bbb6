"""Forms of what people follow."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from alerts.choices import Direction, Severity
from edits.metrics import metric_choices
from subscriptions.channels.registry import CHANNELS, usable
from subscriptions.models import Address, Cadence, Follow, Group, GroupRule, Preferences


class FollowForm(forms.Form):
    """What a person wants to hear of one thing."""

    metrics = forms.MultipleChoiceField(
        label=_("Metrics"), choices=metric_choices, required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: all of them."),
    )  # fmt: skip
    direction = forms.ChoiceField(
        label=_("Direction"), choices=[("", _("Peaks and drops")), *Direction.choices], required=False
    )
    severity = forms.ChoiceField(label=_("Least severity"), choices=Severity.choices, initial=Severity.NOTABLE)
    only_unexplained = forms.BooleanField(label=_("Only what nobody has explained"), required=False)
    cadence = forms.ChoiceField(label=_("How often"), choices=Cadence.choices, initial=Cadence.MONTHLY)
    address = forms.ModelChoiceField(
        label=_("Where to"), queryset=Address.objects.none(), required=False, empty_label=_("Only on this site and in my feed")
    )

    def __init__(self, *args: Any, user: Any, follow: Follow | None = None, **kwargs: Any) -> None:
        if follow is not None:
            kwargs["initial"] = {name: getattr(follow, name) for name in self.base_fields} | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        addresses = Address.objects.filter(user=user)
        address: Any = self.fields["address"]
        address.queryset = addresses
        if follow is None:
            address.initial = addresses.filter(state=Address.State.READY).first()


class AddressForm(forms.Form):
    """Where to be told."""

    channel = forms.ChoiceField(label=_("Channel"))
    target = forms.CharField(label=_("Address"), max_length=500)

    def __init__(self, *args: Any, may_manage: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.channels = [channel for channel in usable().values() if may_manage or not channel.admin_only]
        field: Any = self.fields["channel"]
        field.choices = [(channel.name, channel.label) for channel in self.channels]


class PreferencesForm(forms.ModelForm):
    """How to be spoken to."""

    language = forms.ChoiceField(label=_("Language"), choices=lambda: settings.LANGUAGES)

    class Meta:
        model = Preferences
        fields = ("language", "time_zone")


class GroupForm(forms.Form):
    """A group of one's own: one line for each language, family or wiki."""

    name = forms.CharField(label=_("Name"), max_length=100)
    languages = forms.CharField(
        label=_("Language codes"), max_length=2000, required=False, help_text=_("Separated by blanks, such as hi bn ta.")
    )
    families = forms.CharField(
        label=_("Families"), max_length=300, required=False, help_text=_("Only wikis of these, such as wikipedia.")
    )
    wikis = forms.CharField(
        label=_("Wikis"), max_length=4000, required=False, help_text=_("Domains, such as commons.wikimedia.org.")
    )
    KINDS = {"languages": GroupRule.Kind.LANGUAGE, "families": GroupRule.Kind.FAMILY, "wikis": GroupRule.Kind.WIKI}

    @classmethod
    def values_of(cls, group: Group) -> dict[str, str]:
        """What the form shows of a group."""
        rules = list(group.rules.all())
        shown = {name: " ".join(rule.value for rule in rules if rule.kind == kind) for name, kind in cls.KINDS.items()}
        return {"name": group.name, **shown}

    def lines(self) -> list[tuple[str, str]]:
        """(kind, value) of each line."""
        words = {kind: self.cleaned_data[name].replace(",", " ").split() for name, kind in self.KINDS.items()}
        return [(str(kind), value) for kind, values in words.items() for value in values]


class MuteForm(forms.Form):
    until = forms.DateField(label=_("Silent until"), required=False, widget=forms.DateInput(attrs={"type": "date"}))


def channel_label(name: str) -> str:
    """What people call a channel; its name where it is gone."""
    return str(CHANNELS[name].label) if name in CHANNELS else name
