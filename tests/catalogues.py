"""The catalogues of messages, read."""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from babel.messages import Catalog
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils.translation import to_locale

FOLDER = Path(settings.LOCALE_PATHS[0])
COLLECTED = FOLDER / "django.pot"
TRANSLATED = [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


@dataclass(frozen=True, slots=True)
class Message:
    """`ids`: singular and, where there is one, plural; `texts`: a translation for each form of the language."""

    context: str | None
    ids: tuple[str, ...]
    texts: tuple[str, ...]
    comments: tuple[str, ...]
    fuzzy: bool

    @property
    def key(self) -> tuple[str | None, tuple[str, ...]]:
        return self.context, self.ids

    @property
    def placeholders(self) -> set[str]:
        return set(PLACEHOLDER.findall(" ".join(self.ids)))


def path_of(code: str) -> Path:
    return FOLDER / to_locale(code) / "LC_MESSAGES/django.po"


@cache
def catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, abort_invalid=True)


@cache
def messages(path: Path) -> tuple[Message, ...]:
    """Each message of a .po or .pot file, without its header."""
    return tuple(_messages(path))


def _messages(path: Path) -> Iterator[Message]:
    for each in catalogue(path):
        if each.id:
            ids = each.id if isinstance(each.id, tuple) else (each.id,)
            texts = each.string if isinstance(each.string, tuple) else (each.string,)
            yield Message(each.context, tuple(ids), tuple(texts), tuple(each.auto_comments), each.fuzzy)


def compiled(code: str) -> gettext.GNUTranslations:
    with path_of(code).with_suffix(".mo").open("rb") as file:
        return gettext.GNUTranslations(file)
