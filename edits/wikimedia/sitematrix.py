"""The list of all wikis, as the SiteMatrix of Meta-Wiki knows it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from edits.families import family_of, is_wikimedia
from edits.records import BadRecord, ProjectRecord
from edits.wikimedia.errors import BadPayload
from edits.wikimedia.session import Session

PARAMS = {"action": "sitematrix", "format": "json"}
FLAGS = ("closed", "private", "fishbowl")


def fetch_sitematrix(session: Session) -> list[ProjectRecord]:
    """All wikis, by domain. Raises what Session.get_json raises; a list that is not complete is a BadPayload."""
    return parse_sitematrix(session.get_json(session.config.sitematrix_url, PARAMS))


def parse_sitematrix(payload: Any) -> list[ProjectRecord]:
    """The wikis in an answer of `action=sitematrix` (either format version).

    Refused with BadPayload when `count` or `specials` is not there, when `count` is not the number of wikis, or when a
    wiki makes no sense: half a list would close the other half of our projects.
    """
    matrix = _member(payload, "sitematrix", dict, "the answer")
    count = _member(matrix, "count", int, "sitematrix")
    specials = _member(matrix, "specials", list, "sitematrix")
    records = [
        *_language_wikis(matrix),
        *(_record(site, f"specials[{i}]", special=True) for i, site in enumerate(specials)),
    ]
    if len(records) != count:
        raise BadPayload(f"sitematrix.count is {count}, but there are {len(records)} wikis")
    domains = {record.domain for record in records}
    if len(domains) != len(records):
        raise BadPayload("sitematrix: a domain appears twice in the list")
    return sorted(records, key=lambda record: record.domain)


def _language_wikis(matrix: dict[str, Any]) -> Iterator[ProjectRecord]:
    for key, group in matrix.items():
        if key.isdigit():
            path = f"sitematrix.{key}"
            # Some groups are empty: their wikis moved to the standard language code.
            for i, site in enumerate(_member(group, "site", list, path)):
                yield _record(site, f"{path}.site[{i}]", special=False, group=group)


def _record(site: Any, path: str, *, special: bool, group: dict[str, Any] | None = None) -> ProjectRecord:
    domain = _domain(_member(site, "url", str, path), path)
    language = group or {}
    try:
        return ProjectRecord(
            domain=domain,
            dbname=_member(site, "dbname", str, path),
            family=family_of(domain),
            language_code="" if special else _member(language, "code", str, path),
            language_name=str(language.get("name") or ""),
            language_name_en=str(language.get("localname") or ""),
            site_name=str(site.get("sitename") or ""),
            direction="rtl" if language.get("dir") == "rtl" else "ltr",
            special=special,
            # formatversion=1 says `"closed": ""`, formatversion=2 says `"closed": true`.
            **{flag: site.get(flag, False) is not False for flag in FLAGS},
        )
    except BadRecord as error:
        raise BadPayload(f"{path}: {error}") from error


def _domain(url: str, path: str) -> str:
    """Taken from the address, never from `code`: a group's code may be one that its wikis have left behind."""
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise BadPayload(f"{path}.url: {url!r} is no address: {error}") from None
    domain = parts.hostname or ""
    if parts.scheme != "https" or not is_wikimedia(domain):
        raise BadPayload(f"{path}.url: {url!r} is no address of Wikimedia (edits.families names them)")
    return domain


def _member(container: Any, key: str, kind: type, path: str) -> Any:
    if not isinstance(container, dict):
        raise BadPayload(f"{path} is not an object", str(container))
    value = container.get(key)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise BadPayload(f"{path}.{key} is missing or not {kind.__name__}", str(container))
    return value
