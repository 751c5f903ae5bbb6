"""Wikis, and what they belong to."""

from __future__ import annotations

from pydantic import Field

from api.schemas.base import Answer, ItemSchema, counted


class ProjectItem(ItemSchema):
    """One wiki."""

    project: str = Field(description="Its domain, by which it is known everywhere here.")
    dbname: str = Field(description="The name of its database.")
    name: str = Field(description="Its name in English.")
    family: str
    language_code: str = Field(description="Empty for the wikis of no single language, such as Commons.")
    language_name: str = Field(description="The language in its own words.")
    language_name_en: str
    direction: str = Field(description="The direction of its script: `ltr` or `rtl`.")
    open: bool = Field(description="Whether new counts are to be expected: public, not closed, still in the list of wikis.")
    closed: bool
    url: str
    page: str = Field(description="The address of its page on this site.")


class FamilyItem(Answer):
    """A family of wikis."""

    family: str
    name: str
    projects: int = counted("How many wikis it has.", "wikis")


class LanguageItem(Answer):
    """A language with wikis."""

    language_code: str
    language_name: str
    language_name_en: str
    projects: int = counted("How many wikis it has.", "wikis")
