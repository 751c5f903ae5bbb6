"""What can go wrong when Wikimedia is asked, as the rest of the code sees it."""

from __future__ import annotations


def printable(text: str, limit: int) -> str:
    """The start of `text` on one line, without anything that a terminal would act upon or a database refuse."""
    return " ".join("".join(char if char.isprintable() else " " for char in text[: limit * 4]).split())[:limit]


class WikimediaError(Exception):
    """Any failure of a request. The message is one line that a person can read."""


class NoData(WikimediaError):
    """A 404 that says that there are no counts for that range. It does not say whether they are zero or not published yet."""


class RateLimited(WikimediaError):
    """Wikimedia told us to wait, or the site's own request budget is used up.

    `seconds` is how long nobody may ask.
    """

    def __init__(self, seconds: float, message: str | None = None) -> None:
        super().__init__(message or f"Wikimedia asked us to wait {seconds:.0f} s")
        self.seconds = seconds


class BriefPause(RateLimited):
    """A pause short enough to be sat out: worth another try after it."""


class Unavailable(WikimediaError):
    """No usable answer after all tries: refused, timed out, a server error, or a redirect to somewhere else."""


class NotFound(Unavailable):
    """A 404 of another kind. `problem` is what its body says as JSON, None where it is no JSON: a page of the edge, say."""

    def __init__(self, message: str, problem: object = None) -> None:
        super().__init__(message)
        self.problem = problem


class Transient(Unavailable):
    """May well work in a moment: worth another try."""


class BadPayload(WikimediaError):
    """An answer that cannot be true. `excerpt` holds its first 200 characters, for people to look at."""

    def __init__(self, message: str, excerpt: str = "") -> None:
        super().__init__(printable(message, 400))
        self.excerpt = printable(excerpt, 200)
