"""Lists, arrows and names in the reader's language."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from curation.language import arrow, isolate, listed

FSI, PDI = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "a, b, and c"), ("de", "a, b und c"), ("ru", "a, b и c"), ("hi", "a, b, और c"), ("pt-br", "a, b e c")],
)
def test_a_list_has_the_signs_of_the_language(language: str, said: str) -> None:
    with override(language):
        assert listed("abc") == said
        assert listed(["a"]) == "a"
        assert listed([]) == ""


def test_an_arabic_list_has_no_latin_comma_and_keeps_names_apart() -> None:
    with override("ar"):
        assert listed(["is.wikipedia.org", "b"]) == f"{FSI}is.wikipedia.org{PDI} و{FSI}b{PDI}"


def test_the_arrow_points_to_where_the_reader_reads_on() -> None:
    with override("ar"):
        assert arrow() == "←"
    with override("ru"):
        assert arrow() == "→"


def test_only_what_runs_the_other_way_is_kept_apart() -> None:
    with override("en"):
        assert isolate("b") == "b"
        assert isolate("ويكيبيديا") == f"{FSI}ويكيبيديا{PDI}"
