"""Facts: which wikis there are, and what they did in each month."""

from __future__ import annotations

from edits.models.counts import (
    ActivityLevel,
    CountRevision,
    EditCount,
    EditorCount,
    EditorType,
    MonthlyCount,
    NewPageCount,
    PageType,
)
from edits.models.fetching import FetchOutcome, FetchRun, FetchTarget
from edits.models.project import Project, ProjectAlias, ProjectQuerySet

__all__ = [
    "ActivityLevel", "CountRevision", "EditCount", "EditorCount", "EditorType", "FetchOutcome", "FetchRun", "FetchTarget",
    "MonthlyCount", "NewPageCount", "PageType", "Project", "ProjectAlias", "ProjectQuerySet",
]  # fmt: skip
