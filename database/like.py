"""LIKE on SQLite as on MariaDB: without regard to case and accents in any script. SQLite's own knows ASCII letters alone."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from database.folding import fold


def like(pattern: Any, value: Any, escape: str = "\\") -> bool | None:
    """Whether the whole of `value` fits `pattern`, both folded; `%` stands for any letters, `_` for one."""
    if pattern is None or value is None:
        return None
    return _compiled(str(pattern), escape).fullmatch(fold(str(value))) is not None


@lru_cache(256)
def _compiled(pattern: str, escape: str) -> re.Pattern[str]:
    """`pattern` as a regular expression, its text folded."""
    parts = re.split(f"({re.escape(escape)}.|[%_])", pattern, flags=re.DOTALL)
    texts: list[str] = [""]
    signs: list[str] = []
    for part in parts:
        if part in {"%", "_"}:
            signs.append(".*" if part == "%" else ".")
            texts.append("")
        else:
            texts[-1] += part[1:] if part.startswith(escape) and len(part) == 2 else part
    folded = [re.escape(fold(text)) for text in texts]
    return re.compile("".join(text + sign for text, sign in zip(folded, [*signs, ""], strict=True)), re.DOTALL)


def teach_sqlite(sender: Any, connection: BaseDatabaseWrapper, **_details: Any) -> None:
    """Give each new connection to SQLite the function that its LIKE calls."""
    if connection.vendor == "sqlite":
        connection.connection.create_function("like", 2, like, deterministic=True)
        connection.connection.create_function("like", 3, like, deterministic=True)
