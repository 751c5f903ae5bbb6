"""Real servers of other people: one that takes webhooks over TLS, one that answers as a wiki's Action API does."""

from __future__ import annotations

import datetime as dt
import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass
class Stranger:
    """`received` is (headers, body) of each post; `answer` makes (status, headers, body), after `wait` seconds."""

    port: int = 0
    received: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answer: Callable[[bytes], tuple[int, dict[str, str], bytes]] = lambda _body: (200, {}, b"")
    wait: float = 0.0


@contextmanager
def stranger(certificate: Path | None = None) -> Iterator[Stranger]:
    """A server on this machine, over TLS when it has a certificate."""
    about = Stranger()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._reply(b"")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            about.received.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self._reply(body)

        def _reply(self, body: bytes) -> None:
            time.sleep(about.wait)
            status, headers, content = about.answer(body)
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def handle(self) -> None:
            with suppress(OSError):
                super().handle()

        def log_message(self, *_arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    about.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield about
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def certificate_for(host: str, folder: Path) -> Path:
    """A certificate of `host` that vouches for itself, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    return path


def action_api(*answers: dict[str, Any]) -> Callable[[bytes], tuple[int, dict[str, str], bytes]]:
    """As MediaWiki answers: a token when asked for one, then each of `answers` in turn, the last one for ever."""
    waiting = list(answers)

    def answer(body: bytes) -> tuple[int, dict[str, str], bytes]:
        found: dict[str, Any] = {"batchcomplete": True, "query": {"tokens": {"csrftoken": "abc+\\"}}}
        if parse_qs(body.decode()).get("action"):
            found = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        return 200, {"Content-Type": "application/json"}, json.dumps(found).encode()

    return answer
