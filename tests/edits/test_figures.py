"""Numbers, months and percentages, by the reader's language: what CLDR says of each language of the site."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import translation

from edits import figures

MONTH = dt.date(2022, 11, 1)
NARROW = "\N{NARROW NO-BREAK SPACE}"
SPACE = "\N{NO-BREAK SPACE}"

# language: a number, one with a decimal, a share, a month, a short month, a day
WRITTEN = {
    "en": ("1,234,567", "4.2", "22%", "November 2022", "Nov 2022", "November 5, 2022"),
    "de": ("1.234.567", "4,2", f"22{SPACE}%", "November 2022", "Nov. 2022", "5. November 2022"),
    "es": ("1.234.567", "4,2", f"22{SPACE}%", "noviembre de 2022", "nov 2022", "5 de noviembre de 2022"),
    "fr": (f"1{NARROW}234{NARROW}567", "4,2", f"22{SPACE}%", "novembre 2022", "nov. 2022", "5 novembre 2022"),
    "pt-br": ("1.234.567", "4,2", "22%", "novembro de 2022", "nov. de 2022", "5 de novembro de 2022"),
    "ru": (
        f"1{SPACE}234{SPACE}567",
        "4,2",
        f"22{SPACE}%",
        f"ноябрь 2022{NARROW}г.",
        f"нояб. 2022{NARROW}г.",
        f"5 ноября 2022{NARROW}г.",
    ),
    "ar": ("1,234,567", "4.2", "\u206622\u200e%\u200e\u2069", "نوفمبر 2022", "نوفمبر 2022", "5 نوفمبر 2022"),
    "hi": ("12,34,567", "4.2", "22%", "नवंबर 2022", "नव॰ 2022", "5 नवंबर 2022"),
    "id": ("1.234.567", "4,2", "22%", "November 2022", "Nov 2022", "5 November 2022"),
    "fa": ("۱٬۲۳۴٬۵۶۷", "۴٫۲", "\u2066۲۲٪\u2069", "نوامبر ۲۰۲۲", "نوامبر ۲۰۲۲", "۵ نوامبر ۲۰۲۲"),
}


@pytest.mark.parametrize("language", WRITTEN)
def test_figures_are_written_as_the_language_writes_them(language: str) -> None:
    with translation.override(language):
        written = (
            figures.number(1_234_567),
            figures.number(4.2, 1),
            figures.percent(0.22),
            figures.month(MONTH),
            figures.short_month(MONTH),
            figures.day(MONTH.replace(day=5)),
        )
    assert written == WRITTEN[language]


def test_names_of_months_stand_alone() -> None:
    """In Russian the form after a day is another: "5 ноября", "ноябрь"."""
    with translation.override("ru"):
        assert (figures.name_of_month(11), figures.short_name_of_month(5)) == ("ноябрь", "май")


def test_a_moment_is_told_by_the_clock_of_the_reader() -> None:
    with translation.override("de"):
        assert figures.moment(dt.datetime(2022, 11, 5, 14, 30, tzinfo=dt.UTC)) == "5. November 2022, 14:30"


@pytest.mark.parametrize(("value", "written"), [(-1_200, "−1,200"), (None, "–"), (float("nan"), "–"), (0, "0"), (-0.4, "0")])
def test_numbers_below_zero_and_none(value: float | None, written: str) -> None:
    assert figures.number(value) == written
