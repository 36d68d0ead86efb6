"""Secrets that are random: of sessions, tokens, sign-ins under way. Only their hashes are stored.

256 random bits cannot be guessed, so a plain hash keeps them; slow hashes are for what people choose.
"""

from __future__ import annotations

import base64
import hashlib
import secrets

__all__ = ["TOKEN_PREFIX", "csrf_of", "digest", "new_secret", "new_token"]

TOKEN_PREFIX = "ggt_"  # noqa: S105 - what a token begins with, so that it is known where it turns up
BITS = 256


def new_secret() -> str:
    """A secret of 43 characters that may stand in a cookie or an address."""
    return secrets.token_urlsafe(BITS // 8)


def new_token() -> str:
    """A service token."""
    return TOKEN_PREFIX + new_secret()


def digest(secret: str) -> bytes:
    """What is stored of it: SHA-256.

    >>> len(digest("x")), digest("x") == digest("x")
    (32, True)
    """
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def csrf_of(session: str) -> str:
    """What a page must send with every change: made from the session's cookie, which no other page can read.

    >>> csrf_of("a") != csrf_of("b"), len(csrf_of("a"))
    (True, 43)
    """
    made = hashlib.sha256(b"gridgov csrf\0" + session.encode("utf-8", "surrogatepass")).digest()
    return base64.urlsafe_b64encode(made).decode().rstrip("=")
