"""A proposal as a row of its page: what would change, in words, and the form that leads to its preview."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from alerts.admin.policy_form import PolicyForm, field_name
from alerts.detection import registry
from alerts.detector_words import parameter_words
from alerts.learning.candidates import Change
from alerts.learning.proposals import Proposal
from alerts.models import DetectionPolicy, Direction
from edits.figures import number


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """One proposal. `url` and `sent`: where its form goes, and what it holds."""

    place: str
    words: str
    proposal: Proposal
    url: str
    sent: list[tuple[str, Any]]

    @classmethod
    def of(cls, proposal: Proposal, place: str) -> ProposalRow:
        policy = proposal.policy
        page = "admin:alerts_detectionpolicy"
        url = reverse(f"{page}_change", args=[policy.pk]) if policy.pk else reverse(f"{page}_add")
        words = change_words(proposal.change, policy)
        reason = (
            f"Proposed: spares {proposal.spared} of {proposal.dismissed} dismissed, keeps all {proposal.explained} explained"
        )
        return cls(place, words, proposal, url, [*form_data(policy), ("reason", reason)])


def change_words(change: Change, policy: DetectionPolicy) -> str:
    """“Smallest rise: 50 %”, “only peaks”."""
    if "directions" in change.fields:
        (direction,) = change.fields["directions"]
        return str(_("only peaks") if direction == Direction.PEAK else _("only drops"))
    label: str | Promise = _("minimum volume")
    unit = ""
    for parameter in registry.get(policy.detector).parameters:
        if parameter.name in change.parameters:
            label, unit = parameter_words(parameter).label, parameter.declaration.unit
    value = f"{change.value:g}" if change.value < 1 else number(change.value)
    return f"{label}: {value} {_(unit) if unit else ''}".strip()


def form_data(policy: DetectionPolicy) -> list[tuple[str, Any]]:
    """What the policy's form would send."""
    pairs: list[tuple[str, Any]] = []
    for name in PolicyForm.Meta.fields:
        value = getattr(policy, f"{name}_id" if name == "project" else name)
        pairs += [(name, each) for each in (value if isinstance(value, list) else [value]) if each not in (None, "")]
    return [*pairs, *((field_name(policy.detector, name), value) for name, value in policy.parameters.items())]
