"""Whose names may be kept, and which titles may be shown: docs/privacy.md.

Wikimedia gives no name to those without an account. Whether it does for temporary accounts is not known, so they are dropped
here, and whatever looks like an address.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable

from edits.wikimedia.tops import TopRow

TEMPORARY = re.compile(r"~\d")  # ~2025-12345-67
# Pages of people: their titles hold names. In other languages Wikimedia gives the canonical prefix.
PEOPLES = re.compile(r"(?:user|user[ _]talk|special)\s*:", re.IGNORECASE)
WORDS = re.compile(r"[\s_/,;()]+")
IN_TITLE = re.compile(r"~\d{4}-\d")


def is_account(name: str | None) -> bool:
    """Whether `name` is that of an account that was registered: no address, no temporary account."""
    return bool(name) and not TEMPORARY.match(name or "") and not _is_address(name or "")


def named_accounts(rows: Iterable[TopRow]) -> list[TopRow]:
    """The rows of accounts that were registered."""
    return [row for row in rows if is_account(row.name)]


def is_public_title(title: str) -> bool:
    """Whether a page title may be shown: no page of a person, no address and no temporary account in it."""
    words = WORDS.split(title)
    addresses = any(_is_address(part) for word in words for part in (word, word.partition(":")[2]))  # Talk:192.0.2.7
    return not (PEOPLES.match(title) or IN_TITLE.search(title) or addresses)


def shown_title(title: str) -> str:
    """A page title as people read it, with blanks in place of underscores."""
    return title.replace("_", " ")


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
