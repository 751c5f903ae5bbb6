"""A stand-in for a wiki's OAuth 1.0a pages, on a local port: it checks signatures' presence and signs identities."""

from __future__ import annotations

import dataclasses
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from django.test import Client


@dataclasses.dataclass(frozen=True)
class Identity:
    """What the wiki says about the person; None stands for the honest value."""

    sub: str = "42"
    username: str = "Somebody"
    groups: list[str] = dataclasses.field(default_factory=list)
    blocked: bool = False
    iss: str | None = None
    aud: str | None = None
    nonce: str | None = None
    issued_in: int = 0
    expires_in: int = 100
    signed_with: str | None = None

    def changed(self) -> dict[str, Any]:
        honest = dataclasses.asdict(Identity())
        return {name: value for name, value in dataclasses.asdict(self).items() if value != honest[name]}


class MediaWikiOAuth:
    """Runs while it is entered. Each token that it hands out is good for one exchange."""

    def __init__(self, *, key: str, secret: str) -> None:
        self.key, self.secret = key, secret
        self.identity = Identity()
        self.request_tokens: set[str] = set()
        self.issued = 0

    def __enter__(self) -> MediaWikiOAuth:
        wiki = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                title = parse_qs(urlsplit(self.path).query)["title"][0]
                pages = {
                    "Special:OAuth/initiate": wiki.initiate,
                    "Special:Oauth/token": wiki.exchange,
                    "Special:OAuth/identify": wiki.identify,
                }
                body = pages[title](self.headers.get("Authorization", "")).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = answer

            def log_message(self, *arguments: object) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/w/index.php"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *details: object) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def initiate(self, authorization: str) -> str:
        assert f'oauth_consumer_key="{self.key}"' in authorization
        self.issued += 1
        token = f"request{self.issued}"
        self.request_tokens.add(token)
        return urlencode(
            {"oauth_token": token, "oauth_token_secret": f"secret-of-{token}", "oauth_callback_confirmed": "true"}
        )

    def exchange(self, authorization: str) -> str:
        token = re.search(r'oauth_token="(.*?)"', authorization)[1]  # type: ignore[index]
        if token not in self.request_tokens:
            return "Error: this token is used up"
        self.request_tokens.remove(token)
        return urlencode({"oauth_token": f"access-{token}", "oauth_token_secret": f"secret-of-access-{token}"})

    def identify(self, authorization: str) -> str:
        who, now = self.identity, int(time.time())
        claims = {
            "iss": who.iss or self.url,
            "sub": who.sub,
            "aud": who.aud or self.key,
            "exp": now + who.expires_in,
            "iat": now + who.issued_in,
            "nonce": who.nonce or re.search(r'oauth_nonce="(.*?)"', authorization)[1],  # type: ignore[index]
            "username": who.username,
            "editcount": 1234,
            "confirmed_email": True,
            "blocked": who.blocked,
            "registered": "20200101000000",
            "groups": who.groups,
            "rights": ["edit"],
        }
        return jwt.encode(claims, who.signed_with or self.secret, algorithm="HS256")

    def begin(self, client: Client, **data: str) -> str:
        """Press the button on the sign-in page, say yes at the wiki; returns the address that the wiki leads back to."""
        response = client.post("/accounts/wikimedia/login/mediawiki/", data)
        assert response.status_code == 302, response.content
        asked = parse_qs(urlsplit(response["Location"]).query)
        back = urlsplit(asked["redirect_uri"][0]) if "redirect_uri" in asked else urlsplit(asked["oauth_callback"][0])
        query = dict(parse_qs(back.query)) | {"oauth_token": asked["oauth_token"], "oauth_verifier": ["verified"]}
        return f"{back.path}?{urlencode(query, doseq=True)}"

    def sign_in(self, client: Client, **data: str) -> Any:
        return client.get(self.begin(client, **data))
