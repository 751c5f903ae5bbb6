"""Languages that nobody speaks, made of the English messages: they show what is not marked, and what has too little room."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.utils.translation import trans_real

# Languages that Django knows, and the site has no translation of.
BRACKETED, LONGER, TURNED = "eo", "hsb", "fa"
OPEN, CLOSE = "⟦", "⟧"
WORDS = re.compile(r"%(?:\(\w+\))?[sd%]|\{\w*\}|[^\W\d_]+")  # and what stays as it is: placeholders, Django's own too
LATIN = "abcdefghijklmnopqrstuvwxyz"
HEBREW = "אבגדהוזחטיכלמנסעפצקרשתםןףץ"


class Pseudo(trans_real.DjangoTranslation):
    """A language whose messages are what `say` makes of the English ones."""

    def __init__(self, code: str) -> None:
        super().__init__("en")
        self._DjangoTranslation__language = self._DjangoTranslation__to_language = code

    def say(self, text: str) -> str:
        raise NotImplementedError

    def gettext(self, message: str) -> str:
        return self.say(message.rpartition(trans_real.CONTEXT_SEPARATOR)[2])

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


class Bracketed(Pseudo):
    """Every marked string, in brackets."""

    def say(self, text: str) -> str:
        return f"{OPEN}{text}{CLOSE}"


class Longer(Pseudo):
    """Every word longer by 40 %, which is what the longest of our languages need."""

    def say(self, text: str) -> str:
        return _each_word(text, _longer)


class Turned(Longer):
    """As long, and in letters that run from right to left."""

    TABLE = str.maketrans(LATIN + LATIN.upper(), HEBREW + HEBREW)

    def say(self, text: str) -> str:
        return _each_word(super().say(text), lambda word: word.translate(self.TABLE))


def _each_word(text: str, change: Callable[[str], str]) -> str:
    return WORDS.sub(lambda found: found[0] if found[0][0] in "%{" else change(found[0]), text)


def _longer(word: str) -> str:
    """`Edditts` for `Edits`: the second and the fourth of five letters twice."""
    return "".join(letter * (1 + (place % 5 in (1, 3))) for place, letter in enumerate(word))


def speak(code: str, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """Make the pseudo-language `code` one of the site for the time of a test."""
    settings.LANGUAGES = [*settings.LANGUAGES, (code, "Pseudo")]
    made = {BRACKETED: Bracketed, LONGER: Longer, TURNED: Turned}[code](code)
    monkeypatch.setitem(trans_real._translations, code, made)  # type: ignore[attr-defined]
