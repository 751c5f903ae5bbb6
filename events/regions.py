"""Regions that events speak of, as the languages spoken there. Adding one is one entry."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Region:
    label: str | Promise
    languages: frozenset[str]


def _languages(codes: str) -> frozenset[str]:
    return frozenset(codes.split())


REGIONS: dict[str, Region] = {
    "india": Region(
        _("languages of India"),
        _languages("as awa bh bn bpy dty gom gu hi kn ks mai ml mni mr ne new or pa pi sa sat sd ta tcy te ur"),
    ),
    "cee": Region(
        _("Central and Eastern Europe"),
        _languages(
            "az ba be be-tarask be-x-old bg bs ce crh cs csb cv de el eo et fiu-vro gag hr hsb hu hy ka kk lt lv mhr mk mrj"
            " myv pl rmy ro roa-rup ru rue sah sh sk sl sq sr szl tr tt udm uk vro"
        ),
    ),
    "africa": Region(
        _("languages of Africa"),
        _languages(
            "aa af ak am ar arz ary bm dag ee ff fon fr gpe guw ha ig kab kcg kg ki ln lg mg nqo nr nso ny om rn rw sg sn so"
            " ss st sw ti tn tpi ts tum tw ve wo xh yo zu"
        ),
    ),
}


def regions_of(language_code: str) -> list[str]:
    """The regions that the language is spoken in."""
    return [name for name, region in REGIONS.items() if language_code in region.languages]
