"""The hypotheses by name. Adding one is a file and a line here: docs/adding-a-cause.md."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from causes.evidence import Evidence
from causes.findings import Cause, Explained, Hypothesis, Strength
from causes.hypotheses import (
    every_year,
    few_accounts,
    flagged_bots,
    general_change,
    import_log,
    known_break,
    known_event,
    many_people,
    mixed,
    name_bots,
    one_topic,
    outside_content,
    page_creation,
    people,
    recording_gap,
    reverting,
    revised_past,
    same_month_elsewhere,
)
from causes.hypotheses.weighing import is_notable

HYPOTHESES: Mapping[str, Hypothesis] = MappingProxyType(
    {
        hypothesis.name: hypothesis
        for hypothesis in (
            # Is the count itself to be trusted?
            revised_past.HYPOTHESIS,
            recording_gap.HYPOTHESIS,
            # Something that is larger than this wiki.
            same_month_elsewhere.HYPOTHESIS,
            known_break.HYPOTHESIS,
            # What was done, and by whom: the more special one first.
            outside_content.HYPOTHESIS,
            reverting.HYPOTHESIS,
            name_bots.HYPOTHESIS,
            flagged_bots.HYPOTHESIS,
            general_change.HYPOTHESIS,
            few_accounts.HYPOTHESIS,
            page_creation.HYPOTHESIS,
            import_log.HYPOTHESIS,
            one_topic.HYPOTHESIS,
            many_people.HYPOTHESIS,
            # What it goes with.
            every_year.HYPOTHESIS,
            known_event.HYPOTHESIS,
            # What is left to say.
            people.HYPOTHESIS,
            mixed.HYPOTHESIS,
        )
    }
)


def explain(evidence: Evidence) -> Explained:
    """Every finding that the evidence bears, strongest first; of the same strength, in the order of the registry.

    The chip is that of the best finding that names one and is more than weak.
    """
    weighed = (hypothesis.weigh(evidence) for hypothesis in HYPOTHESES.values())
    findings = sorted((finding for finding in weighed if finding is not None), key=lambda finding: -finding.strength)
    chips = [HYPOTHESES[found.hypothesis].cause for found in findings if found.strength > Strength.WEAK]
    cause = next((chip for chip in chips if chip is not None), None)
    if cause is None:
        mixed_up = any(found.hypothesis == "mixed" for found in findings) and is_notable(evidence)
        cause = Cause.MIXED if mixed_up else Cause.NOT_EXPLAINED
    return Explained(cause, tuple(findings))
