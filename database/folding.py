"""One form for all spellings of a word, so that what people type finds what is written."""

from __future__ import annotations

import re
import unicodedata

# Signs that stand for an apostrophe, a glottal stop, a soft sign or a geresh: people type what their keyboard has, or none.
APOSTROPHES = (
    "'\"`´‘’‚‛“”„‟′″‵‶＇｀"
    "\N{MODIFIER LETTER PRIME}\N{MODIFIER LETTER DOUBLE PRIME}\N{MODIFIER LETTER TURNED COMMA}\N{MODIFIER LETTER APOSTROPHE}"
    "\N{MODIFIER LETTER REVERSED COMMA}\N{MODIFIER LETTER RIGHT HALF RING}\N{MODIFIER LETTER LEFT HALF RING}"
    "\N{MODIFIER LETTER GLOTTAL STOP}\N{MODIFIER LETTER REVERSED GLOTTAL STOP}\N{MODIFIER LETTER VERTICAL LINE}"
    "\N{MODIFIER LETTER ACUTE ACCENT}\N{MODIFIER LETTER GRAVE ACCENT}\N{MODIFIER LETTER DOUBLE APOSTROPHE}"
    "\N{MODIFIER LETTER MIDDLE GRAVE ACCENT}\N{LATIN CAPITAL LETTER SALTILLO}\N{LATIN SMALL LETTER SALTILLO}"
    "\N{ARMENIAN APOSTROPHE}\N{HEBREW PUNCTUATION GERESH}\N{HEBREW PUNCTUATION GERSHAYIM}"
    "\N{NKO HIGH TONE APOSTROPHE}\N{NKO LOW TONE APOSTROPHE}\N{GREEK KORONIS}\N{GREEK PSILI}"
)
# Letters that Unicode does not take apart, as they are written where the keyboard lacks them, and Arabic letters that
# keyboards of other languages have in another form.
LETTERS = {
    "ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ə": "e", "ŋ": "n",
    "ɛ": "e", "ɔ": "o", "ɓ": "b", "ɗ": "d", "ƙ": "k", "ŧ": "t", "ɣ": "g", "ɩ": "i", "ʋ": "v",
    "ك": "ک", "ي": "ی", "ى": "ی", "ې": "ی", "ە": "ه", "ة": "ه", "ـ": "",
}  # fmt: skip
TABLE = str.maketrans(
    dict.fromkeys(APOSTROPHES, "") | LETTERS | dict.fromkeys("‐‑‒–—−﹣－", "-") | dict.fromkeys("()[],;", " ")
)
# Caucasian languages write a palochka, which most keyboards lack: people type 1, I, l or | for it among Cyrillic letters.
PALOCHKA = re.compile(r"(?<=[а-яёѐ-џ])[1il|!ӏ]|[1il|!ӏ](?=[а-яёѐ-џ])")
# Marks of Latin, Greek, Cyrillic, Hebrew and Arabic are dropped; vowel signs of Indic scripts are letters, and kept.
FIRST_MARK_KEPT = 0x0900


def fold(text: str) -> str:
    """`text` in lower case, without accents, apostrophes and invisible signs, words apart by one blank.

    `islenska` finds `íslenska`, and `ozbekcha` `oʻzbekcha`. The short i of Cyrillic, which only looks like an i with an
    accent, is kept.
    """
    plain = text.translate(TABLE)  # before NFKD, which takes an acute accent that stands alone for a blank with an accent
    decomposed = unicodedata.normalize("NFKD", plain.casefold()).replace("и\N{COMBINING BREVE}", "й").translate(TABLE)
    bare = "".join(char for char in decomposed if not _dropped(char))
    joined = " ".join(unicodedata.normalize("NFC", bare).split())
    return PALOCHKA.sub("ӏ", joined)


def _dropped(char: str) -> bool:
    """Accents, and signs without a shape of their own: joiners, marks of direction, soft hyphens."""
    category = unicodedata.category(char)
    return (category == "Mn" and ord(char) < FIRST_MARK_KEPT) or category in {"Cf", "Cc"} and not char.isspace()
