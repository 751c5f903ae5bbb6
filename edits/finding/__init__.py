"""Finding a wiki by what people call it.

index      all projects with the words by which they are found; the search, which ranks and forgives
resolver   the one project that a name means, or UnknownProject with suggestions
"""

from database.folding import fold
from edits.finding.index import Entry, entries, find, matching_ids
from edits.finding.resolver import UnknownLanguage, UnknownProject, resolve_language, resolve_project, resolve_projects

__all__ = [
    "Entry",
    "UnknownLanguage",
    "UnknownProject",
    "entries",
    "find",
    "fold",
    "matching_ids",
    "resolve_language",
    "resolve_project",
    "resolve_projects",
]
