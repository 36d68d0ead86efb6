"""What can be wrong with accounts and with signing in."""

from __future__ import annotations

from typing import Literal

from gis.words import Words
from governance.errors import GovernanceError

__all__ = [
    "AccountRefused",
    "SignInFailed",
    "SignOnEnd",
    "SingleSignOnFailed",
    "TooManyTries",
    "UnknownAccount",
]


class AccountRefused(GovernanceError):
    """A change of an account or token that is not made. ``words`` says why."""

    code = "account-refused"

    def __init__(self, words: Words, *, field: str | None = None) -> None:
        super().__init__(words.en, field=field)
        self.words = words


class UnknownAccount(GovernanceError):
    """There is no account, session, grant or token of this name."""

    code = "not-found"

    def __init__(self, words: Words) -> None:
        super().__init__(words.en)
        self.words = words


class SignInFailed(GovernanceError):
    """Name or password are wrong; which of them is not told, nor whether there is such an account."""

    code = "sign-in-failed"

    def __init__(self) -> None:
        super().__init__("name or password are wrong")


SignOnEnd = Literal["refused", "expired", "unknown_account", "not_configured", "failed"]
"""How single sign-on ends without anybody signed in, as far as the browser is told."""


class SingleSignOnFailed(GovernanceError):
    """Single sign-on did not end well.

    ``reason`` is for the log and the operator, never a secret; ``end`` is all that the browser is told.
    """

    code = "sign-in-failed"

    def __init__(self, reason: str, end: SignOnEnd = "failed") -> None:
        super().__init__(reason)
        self.reason = reason
        self.end: SignOnEnd = end


class TooManyTries(GovernanceError):
    """Too many tries from somewhere, or for an account; the next is taken after ``wait_s`` seconds."""

    code = "too-many-tries"

    def __init__(self, wait_s: int) -> None:
        super().__init__(f"too many tries; the next is taken in {wait_s} s")
        self.wait_s = wait_s
