"""What becomes of rows whose parent is deleted."""

from __future__ import annotations

from typing import Any

from django.db import models


def cascade_whole(collector: Any, field: models.ForeignKey[Any, Any], rows: Any, using: str) -> None:
    """CASCADE for a key that may be empty, in a table whose constraint needs it where it is set.

    MariaDB checks keys at each statement, so Django's own CASCADE empties the key first, which such a constraint refuses.
    Here the rows are deleted before their parent, as those of keys that are never empty.
    """
    collector.collect(rows, source=field.remote_field.model, source_attr=field.name, nullable=False, fail_on_restricted=False)
