"""What a receiver can check: that a delivery is ours, unchanged, and not an old one sent again."""

from __future__ import annotations

import hashlib
import hmac
import secrets

__all__ = ["SECRET_PREFIX", "headers_of", "new_secret", "signature"]

SECRET_PREFIX = "whsec_"  # noqa: S105 - what a secret begins with, so that it is known for one


def new_secret() -> str:
    """A secret of 256 random bits."""
    return SECRET_PREFIX + secrets.token_urlsafe(32)


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """HMAC-SHA256 over ``timestamp.body``, as hexadecimal digits.

    >>> signature("whsec_x", 1700000000, b"{}")[:16]
    'be8cb8325f220244'
    """
    return hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()


def headers_of(delivery: str, event: str, secret: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The headers of a delivery. Its id is the same however often it is sent."""
    return {
        "Content-Type": "application/json",
        "User-Agent": "GridGov-Webhooks/1",
        "GridGov-Delivery": delivery,
        "GridGov-Event": event,
        "GridGov-Timestamp": str(timestamp),
        "GridGov-Signature": f"sha256={signature(secret, timestamp, body)}",
    }
