"""What all answers share: months, units, items of which fields may be left out, and pages of lists."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema

Item = TypeVar("Item")

MonthText = Annotated[
    dt.date,
    PlainSerializer(lambda month: f"{month:%Y-%m}", return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^[0-9]{4}-[0-9]{2}$"}),
]


def _hide_defaults(schema: dict[str, Any]) -> None:
    """The defaults only say that a field may be left out; no item ever has them."""
    for field in schema["properties"].values():
        field.pop("default", None)


class Answer(BaseModel):
    """What an operation gives. Not ninja's own Schema, which looks each value up once more for the sake of model objects:
    operations give dictionaries, and a thousand items took twice as long."""


class ItemSchema(Answer):
    """One item of a list. `fields=` may leave any field out, so that none is required."""

    model_config = ConfigDict(json_schema_extra=_hide_defaults)

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        for field in cls.model_fields.values():
            field.default = None
        cls.model_rebuild(force=True)


class Page(Answer, Generic[Item]):
    """Some items of a list, and the address of those that follow."""

    items: list[Item]
    next: str | None = Field(description="The address of the next page; null on the last one.")


def counted(description: str, unit: str = "of the metric's unit", **extra: Any) -> Any:
    """A number with its unit in the schema."""
    return Field(description=description, json_schema_extra={"unit": unit}, **extra)
