"""A provider of single sign-on for tests: oidc-provider-mock behind a socket, with what it leaves out.

It does not know proof keys; here a code whose challenge is not met by the verifier is refused, as providers
do. ``tamper`` replaces the ID token that a code is exchanged for.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from wsgiref.types import StartResponse, WSGIEnvironment

import httpx

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import oidc_provider_mock  # type: ignore[import-untyped]
    from werkzeug.serving import make_server

__all__ = ["Provider", "running_provider"]


class Provider:
    """The running provider.

    Attributes
    ----------
    tamper
        Makes another ID token of the one that was issued.
    keys
        Replaces the published keys, if set.
    challenged
        Whether each exchange of a code met its challenge, in order.
    """

    def __init__(self, users: dict[str, dict[str, Any]]) -> None:
        listed = [oidc_provider_mock.User(sub=sub, claims=claims) for sub, claims in users.items()]
        self._app = oidc_provider_mock.app(user_claims=listed, require_nonce=True)
        self.tamper: Callable[[str], str] | None = None
        self.keys: dict[str, Any] | None = None
        self.keys_fetched = 0
        self.challenged: list[bool] = []
        self._challenges: dict[str, str] = {}
        self.issuer = ""

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Serve one request."""
        path = environ["PATH_INFO"]
        if path == "/jwks":
            self.keys_fetched += 1
            if self.keys is not None:
                return _json(start_response, self.keys)
        if path == "/oauth2/token":
            return self._exchange(environ, start_response)
        answer: Iterable[bytes] = self._app(environ, start_response)
        return answer

    def _exchange(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(length)
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        made = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        met = self._challenges.get(form.get("code", "")) == made.decode().rstrip("=")
        self.challenged.append(met)
        if not met:
            return _json(start_response, {"error": "invalid_grant"}, "400 Bad Request")
        # It would take a form with a verifier for one of another grant.
        form.pop("code_verifier")
        passed_on = urlencode(form).encode()
        told: list[str] = []
        inner = {**environ, "wsgi.input": io.BytesIO(passed_on), "CONTENT_LENGTH": str(len(passed_on))}

        def begin(status: str, *_: Any) -> Callable[[bytes], None]:
            told.append(status)
            return lambda _: None

        answer = b"".join(self._app(inner, begin))
        document = json.loads(answer)
        if self.tamper is not None and "id_token" in document:
            document["id_token"] = self.tamper(document["id_token"])
        return _json(start_response, document, told[0])

    def sign_in(self, address: str, subject: str) -> str:
        """What somebody does there: agree. Returns where the browser is sent back to."""
        asked = parse_qs(urlsplit(address).query)
        assert asked["code_challenge_method"] == ["S256"]
        answer = httpx.post(address, data={"sub": subject}, follow_redirects=False, timeout=60)
        assert answer.status_code in (302, 303), answer.text
        back: str = answer.headers["location"]
        code = parse_qs(urlsplit(back).query)["code"][0]
        self._challenges[code] = asked["code_challenge"][0]
        return back

    def deny(self, address: str) -> str:
        """What somebody does who does not agree.

        The provider of the tests leaves out ``state``, which RFC 6749, 4.1.2.1 asks for.
        """
        answer = httpx.post(address, data={"action": "deny"}, follow_redirects=False, timeout=60)
        state = httpx.URL(address).params["state"]
        return str(httpx.URL(answer.headers["location"]).copy_merge_params({"state": state}))


def _json(start_response: StartResponse, document: dict[str, Any], status: str = "200 OK") -> Iterable[bytes]:
    body = json.dumps(document).encode()
    start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


@contextmanager
def running_provider(users: dict[str, dict[str, Any]]) -> Iterator[Provider]:
    """A provider that answers on a port of this machine."""
    before = os.environ.get("AUTHLIB_INSECURE_TRANSPORT")
    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
    provider = Provider(users)
    server = make_server("localhost", 0, provider, threaded=True)
    provider.issuer = f"http://localhost:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join(timeout=5)
        server.server_close()
        if before is None:
            del os.environ["AUTHLIB_INSECURE_TRANSPORT"]
