"""What browsers are told to allow."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF


def content_security_policy(*, oauth_url: str) -> dict[str, Any]:
    """The CONTENT_SECURITY_POLICY setting: all from this site; signing in sends a form to the wiki of `oauth_url`."""
    wiki = "{0.scheme}://{0.netloc}".format(urlsplit(oauth_url))
    return {
        "DIRECTIVES": {
            "default-src": [NONE],
            "script-src": [SELF],
            "style-src": [SELF],
            "img-src": [SELF, "data:"],
            "connect-src": [SELF],
            "font-src": [SELF],
            "form-action": [SELF, wiki],
            "frame-ancestors": [NONE],
            "base-uri": [SELF],
        }
    }
