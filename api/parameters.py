"""What may stand in an address. A value that means nothing is refused, and so is a parameter that nobody reads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Annotated, Any

from ninja import Schema
from pydantic import AfterValidator, BeforeValidator, Field, GetCoreSchemaHandler, GetJsonSchemaHandler, WithJsonSchema
from pydantic_core import CoreSchema, core_schema

from alerts.models import Category
from dashboards.filters import groups
from dashboards.parameters import MAX_ADDRESS, BadParameter, month_in_bounds
from edits.families import FAMILIES
from edits.finding import resolve_language, resolve_project
from edits.metrics import DEFAULT_METRIC, METRICS

DEFAULT_LIMIT, MAX_LIMIT = 100, 1000
MAX_TEXT = 100


def _month(value: Any) -> dt.date:
    try:
        return month_in_bounds(str(value))
    except BadParameter as error:
        raise ValueError(str(error)) from None


Month = Annotated[
    dt.date,
    BeforeValidator(_month),
    WithJsonSchema({"type": "string", "pattern": r"^(20[0-9]{2}|21[0-9]{2})-(0[1-9]|1[0-2])$", "examples": ["2026-03"]}),
]
Text = Annotated[str, Field(max_length=MAX_TEXT, pattern=r"^[^\x00]*$")]


class OneOf:
    """A text that is one of the names of a registry; the schema lists them, and so does the error.

    `listed` False: names that are rows, which come and go; only the error lists them.
    """

    def __init__(self, names: Callable[[], Iterable[str]], *, listed: bool = True) -> None:
        self.names = names
        self.listed = listed

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "enum": list(self.names())} if self.listed else handler(schema)

    def _check(self, value: str) -> str:
        allowed = list(self.names())
        if value not in allowed:
            raise ValueError(f"{value!r} is not known: choose one of {', '.join(allowed) or '(there is none yet)'}")
        return value


MetricName = Annotated[str, OneOf(lambda: METRICS)]
FamilyName = Annotated[str, OneOf(lambda: FAMILIES)]
GroupName = Annotated[Text, OneOf(groups, listed=False)]
CategoryName = Annotated[Text, OneOf(lambda: Category.objects.values_list("slug", flat=True), listed=False)]
# However people call them: the operation gets the domain of the one wiki, or the code of the one language, that is meant.
WikiName = Annotated[
    str,
    Field(max_length=MAX_ADDRESS, pattern=r"^[^\x00]+$", examples=["uz.wikipedia.org"]),
    AfterValidator(lambda name: resolve_project(name).domain),
]
LanguageCode = Annotated[Text, AfterValidator(resolve_language)]


class ListParameters(Schema):
    """What every list takes."""

    limit: int = Field(DEFAULT_LIMIT, ge=1, le=MAX_LIMIT, description="Items on a page.")
    cursor: int | None = Field(
        None, ge=1, le=2**53, description="Where the page begins: taken from `next` of the page before, never made up."
    )
    fields: str = Field(
        "",
        max_length=1000,
        description="Names of fields, separated by commas: the items then have these alone.",
        examples=[""],
    )


class MetricParameters(Schema):
    """One metric."""

    metric: MetricName = Field(DEFAULT_METRIC, description="What is counted.")
