"""A small real OpenID Connect provider on loopback, which also holds its clients to PKCE."""

import base64
import hashlib
import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit
from wsgiref.types import StartResponse, WSGIEnvironment

import httpx

from tests.server import free_port

PEOPLE = {
    "1": {"preferred_username": "ada", "email": "ada@lab.example", "email_verified": True, "groups": ["makers"]},
    "2": {"preferred_username": "bob", "email": "ada@lab.example", "email_verified": False, "groups": []},
    "3": {"preferred_username": "cyd", "groups": ["makers", "owners"]},
}


@dataclass
class Provider:
    """A running provider. ``verifiers`` counts the codes that were exchanged with the right verifier."""

    url: str
    client_id: str = ""
    client_secret: str = ""
    verifiers: int = 0
    challenges: dict[str, str] = field(default_factory=dict)

    def register(self, back: str) -> None:
        """Make this provider know a client that is sent back to an address."""
        told = httpx.post(f"{self.url}/oauth2/clients", json={"redirect_uris": [back]}, trust_env=False)
        body = told.raise_for_status().json()
        self.client_id, self.client_secret = body["client_id"], body["client_secret"]

    def agreed(self, address: str, subject: str, **form: str) -> str:
        """Where the provider sends somebody's browser who was sent to ``address`` and says yes there."""
        told = httpx.post(address, data={"sub": subject, **form}, trust_env=False)
        assert told.status_code == 302, told.text[:500]
        back = told.headers["location"]
        # RFC 6749, section 4.1.2.1, has a no carry the state as well; this provider leaves it out.
        state = parse_qs(urlsplit(address).query)["state"][0]
        return back if "state=" in back else f"{back}&state={state}"


@contextmanager
def provider(port: int | None = None, **options: Any) -> Iterator[Provider]:
    """A provider for the length of a block. One on the same port as another before has other keys."""
    from oidc_provider_mock import User, app
    from werkzeug.serving import make_server

    port = port or free_port()
    one = Provider(url=f"http://localhost:{port}")
    inner = app(user_claims=[User(sub=sub, claims=claims) for sub, claims in PEOPLE.items()], **options)

    def outer(environ: WSGIEnvironment, start: StartResponse) -> Any:
        query = parse_qs(environ.get("QUERY_STRING", ""))
        if environ["PATH_INFO"] == "/oauth2/authorize" and environ["REQUEST_METHOD"] == "POST":
            assert query["code_challenge_method"] == ["S256"]

            def noted(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
                to = parse_qs(urlsplit(dict(headers).get("Location", "")).query)
                if "code" in to:
                    one.challenges[to["code"][0]] = query["code_challenge"][0]
                return start(status, headers, *rest)

            return inner(environ, noted)
        if environ["PATH_INFO"] == "/oauth2/token":
            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            environ["wsgi.input"] = io.BytesIO(body)
            form = parse_qs(body.decode())
            digest = hashlib.sha256(form["code_verifier"][0].encode()).digest()
            made = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
            if one.challenges.get(form["code"][0]) != made:
                start("400 Bad Request", [("Content-Type", "application/json")])
                return [b'{"error": "invalid_grant"}']
            one.verifiers += 1
        return inner(environ, start)

    server = make_server("localhost", port, outer, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield one
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()
