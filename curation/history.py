"""The history of a row in words: who changed which field from what to what, and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from django.db.models import CharField, Model, TextField
from django.utils.encoding import force_str
from django.utils.formats import number_format
from django.utils.translation import gettext

from curation.vocabulary import reason_in_words


@dataclass(frozen=True, slots=True)
class Change:
    """One field that somebody changed, in words; `verbatim` where they are names, or what people typed."""

    field: str
    old: str
    new: str
    verbatim: bool


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """Who did what to a row, when, and why. `who` is empty for the detector."""

    when: dt.datetime
    who: str
    why: str
    created: bool
    changes: tuple[Change, ...]
    version: int


def history_entries(
    rows: Sequence[Any], *, model: type[Model], fields: Iterable[str], limit: int | None
) -> list[HistoryEntry]:
    """The entries of history `rows` (newest first), each compared with the row before it in time."""
    columns = [model._meta.get_field(name) for name in fields]
    names = _related_names(rows, columns)
    entries = []
    for row, before in zip_longest(rows, rows[1:]):
        changes = () if before is None else tuple(_changes(before, row, columns, names))
        entries.append(
            HistoryEntry(
                when=row.history_date,
                who=str(row.history_user or ""),
                why=reason_in_words(row.history_change_reason or ""),
                created=row.history_type == "+",
                changes=changes,
                version=getattr(row, "version", 0),
            )
        )
    return [entry for entry in entries[:limit] if entry.changes or entry.created or entry.why]


def at_version(row: Any, version: int | None) -> Any:
    """The history row of `row` as it stood at `version`; None when there is no record of it."""
    return row.history.filter(version=version).order_by("-history_date", "-history_id").first()


Names = dict[str, dict[object, str]]  # for each field that refers to another row: what that row is called, by its key


def _related_names(rows: Sequence[Any], fields: Sequence[Any]) -> Names:
    """What the rows that the history refers to are called, in one query for each such field."""
    names: Names = {}
    for field in fields:
        if not field.is_relation:
            continue
        keys = {key for row in rows if (key := getattr(row, field.attname)) is not None}
        found = field.related_model._base_manager.filter(pk__in=keys) if keys else ()
        names[field.name] = {row.pk: str(row) for row in found}
    return names


def _changes(before: Any, after: Any, fields: Iterable[Any], names: Names) -> Iterable[Change]:
    for field in fields:
        old, new = getattr(before, field.attname), getattr(after, field.attname)
        if old != new:
            label = force_str(getattr(field, "verbose_name", field.name))
            verbatim = field.is_relation or isinstance(field, CharField | TextField) and not field.flatchoices
            yield Change(label, _words(field, old, names), _words(field, new, names), verbatim)


def _words(field: Any, value: object, names: Names) -> str:
    if value in (None, ""):
        return "–"
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, int) and not field.is_relation:
        return str(number_format(value, use_l10n=True, force_grouping=True))
    known = names.get(field.name, {})
    choices: dict[object, object] = dict(getattr(field, "flatchoices", ()))
    return known.get(value) or force_str(choices.get(value, value))
