"""Model fields that behave the same on SQLite and on MariaDB."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    _CharField = models.CharField[str, str]
    _DateField = models.DateField[Any, Any]
else:  # at run time Django's fields take no type arguments
    _CharField, _DateField = models.CharField, models.DateField


class ExactCharField(_CharField):
    """Text compared byte by byte, as SQLite does it.

    MariaDB's default collation takes `Müller` and `muller` for the same name, so a unique key would refuse the second one.
    """

    def db_parameters(self, connection: Any) -> dict[str, Any]:
        parameters = super().db_parameters(connection)
        if connection.vendor == "mysql":
            parameters["collation"] = "utf8mb4_bin"
        return parameters


class MonthField(_DateField):
    """A calendar month, stored as its first day (UTC); any other day is refused before it reaches the table."""

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        if not hasattr(value, "as_sql"):  # the database computes an expression: bulk_update sends one
            self._refuse_other_days(self.to_python(value))
        return super().get_db_prep_save(value, connection)

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        super().validate(value, model_instance)
        self._refuse_other_days(value)

    @staticmethod
    def _refuse_other_days(value: dt.date | None) -> None:
        if value is not None and value.day != 1:
            raise ValidationError(_("A month is stored as its first day, not as %(value)s."), params={"value": value})
