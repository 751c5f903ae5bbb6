"""The Action API of one wiki: what is public about a few accounts, and entries of its logs.

Two requests tell all of it. Names go out with the question, and what comes back is counted here: no comment and no name of
anybody else is handed on.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from edits.families import is_wikimedia
from edits.wikimedia.errors import BadPayload, Unavailable, printable
from edits.wikimedia.session import Session

MAX_ACCOUNTS = 3
SAMPLE = 500  # contributions, and log entries: the most that one request gives
HASHTAG = re.compile(r"#(\w{2,40})")
MAX_TEXT = 60
REVERTS = frozenset({"mw-rollback", "mw-undo", "mw-manual-revert", "mw-reverted"})  # tags that MediaWiki itself sets


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """What a wiki says of one account: its groups, and the day on which it was registered, where it is known."""

    groups: tuple[str, ...]
    registered: dt.date | None


@dataclass(frozen=True, slots=True)
class WikiFacts:
    """Of the accounts by name; of a sample of their contributions the tags and the hashtags of comments; of logs the number.

    `reverts`: how many of the sample undid an edit, or were undone. `imports` and `rights` stop at 500.
    """

    accounts: Mapping[str, AccountFacts]
    sample: int
    tags: Mapping[str, int]
    hashtags: Mapping[str, int]
    reverts: int
    imports: int
    rights: int


def fetch_wiki_facts(session: Session, *, domain: str, names: Sequence[str], first: dt.date, last: dt.date) -> WikiFacts:
    """Ask the wiki about at most three accounts and the days from `first` to `last`, in one or two requests.

    Raises what Session.get_json raises; Unavailable when the wiki refuses (read-only, overloaded); ValueError for a domain
    that is not Wikimedia's: no other host is asked.
    """
    if not is_wikimedia(domain):
        raise ValueError(f"{domain!r} is no wiki of Wikimedia")
    names = names[:MAX_ACCOUNTS]
    start, end = f"{first}T00:00:00Z", f"{last}T23:59:59Z"
    log = {"ledir": "newer", "lestart": start, "leend": end, "lelimit": str(SAMPLE), "leprop": "type|timestamp"}
    users = {"list": "users|logevents", "ususers": "|".join(names), "usprop": "groups|registration"}
    about = _query(session, domain, (users if names else {"list": "logevents"}) | log | {"letype": "import"})
    imports = len(_rows(about, "logevents"))
    if not names:
        return WikiFacts({}, 0, {}, {}, 0, imports, 0)
    contributions = {
        "list": "usercontribs|logevents", "ucuser": "|".join(names), "ucdir": "newer", "ucstart": start, "ucend": end,
        "uclimit": str(SAMPLE), "ucprop": "tags|comment",
    }  # fmt: skip
    did = _query(session, domain, contributions | log | {"letype": "rights"})
    edits = _rows(did, "usercontribs")
    return WikiFacts(
        accounts={str(row.get("name")): _account(row) for row in _rows(about, "users") if row.get("name") in names},
        sample=len(edits),
        tags=Counter(tag for edit in edits for tag in _texts(edit.get("tags"))),
        hashtags=Counter(tag.lower() for edit in edits for tag in HASHTAG.findall(str(edit.get("comment") or ""))),
        reverts=sum(not REVERTS.isdisjoint(_texts(edit.get("tags"))) for edit in edits),
        imports=imports,
        rights=len(_rows(did, "logevents")),
    )


def _query(session: Session, domain: str, params: Mapping[str, str]) -> dict[str, Any]:
    url = session.config.wiki_api_url.format(domain=domain)
    answer = session.get_json(url, {"action": "query", "format": "json", "formatversion": "2", "maxlag": "5", **params})
    if isinstance(answer, dict) and isinstance(answer.get("error"), dict):
        error = answer["error"]
        raise Unavailable(f"{domain} refused: {printable(str(error.get('code')), 40)}")
    query = answer.get("query") if isinstance(answer, dict) else None
    if not isinstance(query, dict):
        raise BadPayload(f"The answer of {domain} has no object 'query'")
    return query


def _rows(query: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    rows = query.get(name)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BadPayload(f"query.{name} is not a list of objects")
    return rows


def _account(row: Mapping[str, Any]) -> AccountFacts:
    try:
        registered = dt.datetime.fromisoformat(row["registration"]).date() if row.get("registration") else None
    except (TypeError, ValueError):
        raise BadPayload("query.users: a registration is not an ISO 8601 time") from None
    return AccountFacts(tuple(_texts(row.get("groups"))), registered)


def _texts(values: Any) -> list[str]:
    """The short texts in a list; anything else is left out."""
    found = values if isinstance(values, list) else []
    return [printable(value, MAX_TEXT) for value in found if isinstance(value, str) and value]
