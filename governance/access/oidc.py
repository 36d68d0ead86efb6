"""Single sign-on by OpenID Connect: the code flow with a proof key, and the check of what comes back.

Authorization code with PKCE (RFC 7636, S256), ``state`` and ``nonce``; the ID token's signature, issuer,
audience, times and nonce are checked (OpenID Connect Core 1.0, section 3.1.3.7). Keys are fetched anew when a
token names one that is not known: providers change them.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
import jwt

from governance.access.errors import SingleSignOnFailed
from governance.access.secrets import new_secret
from grid_data.sign_in import Flow

__all__ = ["ALGORITHMS", "Begun", "Provider", "ProviderSettings"]

log = logging.getLogger(__name__)

ALGORITHMS = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
)
"""Signatures with a key that only the provider has; never a shared secret, never none."""
LEEWAY_S = 60
"""Seconds by which clocks may differ."""
METADATA_S = 3600.0
"""Seconds for which the provider's description is kept."""
KEYS_AGAIN_S = 10.0
"""Least seconds between two fetches of keys: tokens with made-up keys cannot make us ask all the time."""
TIMEOUT_S = 10.0
LARGEST = 1_000_000
"""Bytes of an answer that are read at most."""


@dataclass(frozen=True)
class ProviderSettings:
    """The provider, and what we are to it.

    Attributes
    ----------
    issuer
        As its tokens state it; its description lies under ``/.well-known/openid-configuration``.
    client_secret
        None: a public client; the proof key alone protects the code.
    """

    issuer: str
    client_id: str
    client_secret: str | None = None
    scope: str = "openid profile email"


@dataclass(frozen=True)
class Begun:
    """A sign-on that begins: where the browser goes, and what has to be remembered until it is back."""

    address: str
    state: str
    browser: str
    flow: Flow


class Provider:
    """A provider of single sign-on, asked when it is needed.

    Raises
    ------
    ValueError
        The issuer is not reached by https and not on this machine.
    """

    def __init__(self, settings: ProviderSettings, *, clock: Callable[[], float] = time.monotonic) -> None:
        if not _is_safe(settings.issuer):
            raise ValueError("the issuer's address begins with https://, or is on this machine")
        self.settings = settings
        self._clock = clock
        self._metadata: dict[str, Any] | None = None
        self._metadata_until = 0.0
        self._keys: jwt.PyJWKSet | None = None
        self._keys_at = float("-inf")
        self._asking = asyncio.Lock()

    async def begin(self, redirect_uri: str, next_path: str) -> Begun:
        """Where to send the browser.

        Raises
        ------
        SingleSignOnFailed
            The provider does not answer as one.
        """
        metadata = await self._described()
        flow = Flow(nonce=new_secret(), verifier=new_secret(), next_path=next_path)
        state = new_secret()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(flow.verifier.encode()).digest()).decode()
        query = urlencode(
            {
                "response_type": "code",
                "client_id": self.settings.client_id,
                "redirect_uri": redirect_uri,
                "scope": self.settings.scope,
                "state": state,
                "nonce": flow.nonce,
                "code_challenge": challenge.rstrip("="),
                "code_challenge_method": "S256",
            }
        )
        endpoint = metadata["authorization_endpoint"]
        joined = "&" if urlsplit(endpoint).query else "?"
        return Begun(f"{endpoint}{joined}{query}", state, new_secret(), flow)

    async def finish(self, redirect_uri: str, code: str, flow: Flow) -> Mapping[str, Any]:
        """The claims of who comes back with a code.

        Raises
        ------
        SingleSignOnFailed
            The provider refuses the code, or what it sends is not a token for us, for this sign-on, in time.
        """
        metadata = await self._described()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": flow.verifier,
        }
        authorization = None
        if self.settings.client_secret is None:
            form["client_id"] = self.settings.client_id
        else:
            authorization = httpx.BasicAuth(self.settings.client_id, self.settings.client_secret)
        answer = await self._fetch("POST", metadata["token_endpoint"], form=form, auth=authorization)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise SingleSignOnFailed("the provider sent no ID token")
        return await self._claims(token, flow)

    async def _claims(self, token: str, flow: Flow) -> Mapping[str, Any]:
        try:
            claims = self._decoded(token, *await self._key_of(token))
        except jwt.InvalidSignatureError:
            # A token that names no key may be of one that the provider has changed meanwhile.
            await self._renew_keys()
            try:
                claims = self._decoded(token, *await self._key_of(token))
            except jwt.PyJWTError as problem:
                raise SingleSignOnFailed(f"the ID token is not valid: {problem}") from problem
        except jwt.PyJWTError as problem:
            raise SingleSignOnFailed(f"the ID token is not valid: {problem}") from problem
        subject = claims["sub"]
        if not isinstance(subject, str) or not 0 < len(subject) <= 255 or "\0" in subject:
            raise SingleSignOnFailed("the ID token is of nobody")
        if claims.get("nonce") != flow.nonce:
            raise SingleSignOnFailed("the ID token was made for another sign-on")
        party = claims.get("azp")
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if (party is not None or several) and party != self.settings.client_id:
            raise SingleSignOnFailed("the ID token was made for another party")
        return claims

    def _decoded(self, token: str, key: jwt.PyJWK, algorithm: str) -> dict[str, Any]:
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[algorithm],
            audience=self.settings.client_id,
            issuer=self.settings.issuer,
            leeway=LEEWAY_S,
            options={"require": ["exp", "iat", "iss", "aud", "sub"]},
        )
        return claims

    async def _key_of(self, token: str) -> tuple[jwt.PyJWK, str]:
        try:
            header = jwt.get_unverified_header(token)
        except jwt.PyJWTError as problem:
            raise SingleSignOnFailed(f"the ID token cannot be read: {problem}") from problem
        algorithm = str(header.get("alg"))
        if algorithm not in ALGORITHMS:
            raise SingleSignOnFailed(f"the ID token is signed by {algorithm}, which is not taken")
        known = header.get("kid")
        key = self._kept_key(known)
        if key is None:
            await self._renew_keys()
            key = self._kept_key(known)
        if key is None:
            raise SingleSignOnFailed("the ID token is signed by a key that the provider does not have")
        return key, algorithm

    def _kept_key(self, known: str | None) -> jwt.PyJWK | None:
        """The key of a name; a token that names none is of the only key there is, if there is only one."""
        keys = [] if self._keys is None else self._keys.keys
        signing = [key for key in keys if key.public_key_use in (None, "sig")]
        if known is None:
            return signing[0] if len(signing) == 1 else None
        return next((key for key in signing if key.key_id == known), None)

    async def _renew_keys(self) -> None:
        metadata = await self._described()
        async with self._asking:
            if self._clock() - self._keys_at < KEYS_AGAIN_S:
                return
            self._keys_at = self._clock()
            document = await self._fetch("GET", metadata["jwks_uri"])
            try:
                self._keys = jwt.PyJWKSet.from_dict(document)
            except jwt.PyJWTError as problem:
                raise SingleSignOnFailed(f"the provider's keys cannot be read: {problem}") from problem

    async def _described(self) -> dict[str, Any]:
        async with self._asking:
            if self._metadata is None or self._clock() >= self._metadata_until:
                address = f"{self.settings.issuer.rstrip('/')}/.well-known/openid-configuration"
                found = await self._fetch("GET", address)
                if found.get("issuer") != self.settings.issuer:
                    raise SingleSignOnFailed(f"the provider calls itself {found.get('issuer')!r}")
                for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                    if not isinstance(found.get(name), str) or not _is_safe(found[name]):
                        raise SingleSignOnFailed(f"the provider's {name} is no safe address")
                self._metadata, self._metadata_until = found, self._clock() + METADATA_S
            return self._metadata

    async def _fetch(
        self,
        method: str,
        address: str,
        *,
        form: Mapping[str, str] | None = None,
        auth: httpx.BasicAuth | None = None,
    ) -> dict[str, Any]:
        headers = {"Accept": "application/json"}
        try:
            # Redirects are not followed: a secret goes where it is meant to go, or nowhere.
            async with (
                httpx.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False) as client,
                client.stream(method, address, data=form, auth=auth, headers=headers) as response,
            ):
                body = bytearray()
                async for piece in response.aiter_bytes():
                    body += piece
                    if len(body) > LARGEST:
                        raise SingleSignOnFailed(f"the provider's answer is too long: {address}")
        except httpx.HTTPError as problem:
            raise SingleSignOnFailed(f"the provider cannot be reached: {address}: {problem}") from problem
        if response.status_code != 200:
            raise SingleSignOnFailed(f"the provider answers {response.status_code}: {address}")
        return _document(bytes(body), address)


def _document(body: bytes, address: str) -> dict[str, Any]:
    import orjson

    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as problem:
        raise SingleSignOnFailed(f"the provider's answer is no JSON: {address}") from problem
    if not isinstance(document, dict):
        raise SingleSignOnFailed(f"the provider's answer is no JSON object: {address}")
    return document


def _is_safe(address: str) -> bool:
    """Whether nobody on the way can read along."""
    parts = urlsplit(address)
    here = parts.hostname in ("localhost", "127.0.0.1", "::1")
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and here))
