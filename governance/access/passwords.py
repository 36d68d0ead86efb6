"""Passwords: which are taken, how they are kept, how they are checked.

The rules are those of NIST SP 800-63B: length counts, nothing is demanded of what kinds of characters there
are, nothing expires by itself, and what everybody tries first is refused.
https://pages.nist.gov/800-63-4/sp800-63b.html
"""

from __future__ import annotations

import asyncio
import secrets
import unicodedata
from dataclasses import dataclass
from itertools import pairwise

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from gis.words import Words
from governance.access.common_passwords import COMMON

__all__ = ["LONGEST", "SHORTEST", "Passwords", "Verdict", "password_fault"]

SHORTEST = 10
LONGEST = 200
"""Characters. The upper end only keeps whole books out of the hash."""

AT_A_TIME = 2
"""Checks at a time; each takes 64 MiB and a twentieth of a second of every core it gets."""

FEW = 4
"""Fewer different characters than this are a pattern, whatever the length."""


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def password_fault(password: str, *about: str) -> Words | None:
    """Why a password is not taken; None: it is.

    Parameters
    ----------
    about
        What is known of its owner: name, name of the city. A password that is little else is refused.

    >>> password_fault("correct horse battery staple")
    >>> password_fault("Password123").en
    'among the passwords that are tried first'
    >>> password_fault("short").en
    'at least 10 characters are needed'
    >>> password_fault("wang.lei1234", "wang.lei").en
    'little more than your own name'
    """
    if len(password) < SHORTEST:
        return Words(f"至少需要 {SHORTEST} 个字符", f"at least {SHORTEST} characters are needed")
    if len(password) > LONGEST:
        return Words(f"不得超过 {LONGEST} 个字符", f"at most {LONGEST} characters are taken")
    if "\0" in password:
        return Words("不得含有 NUL 字符", "the character NUL is not taken")
    folded = _folded(password)
    if folded in COMMON or len(set(folded)) < FEW or _is_a_run(folded):
        return Words("属于最先被猜测的密码", "among the passwords that are tried first")
    for known in (_folded(text) for text in about if len(text) > 3):
        if known in folded and len(folded) - len(known) < SHORTEST - 4:
            return Words("几乎只是您的名称", "little more than your own name")
    return None


def _is_a_run(text: str) -> bool:
    """Whether each character follows the one before, up or down: abcdefghij, 9876543210."""
    steps = {ord(after) - ord(before) for before, after in pairwise(text)}
    return steps in ({1}, {-1})


@dataclass(frozen=True)
class Verdict:
    """Whether a password fits; ``rehashed`` is to be stored when the kept hash is of older parameters."""

    fits: bool
    rehashed: str | None = None


class Passwords:
    """Makes and checks hashes (Argon2id, RFC 9106) beside the event loop, a few at a time."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._turns = asyncio.Semaphore(AT_A_TIME)
        # Nobody's: a name that does not exist takes as long as one that does.
        self._nobody: str | None = None

    async def hash(self, password: str) -> str:
        """The hash to keep, with salt and parameters in it."""
        async with self._turns:
            return await asyncio.to_thread(self._hasher.hash, _normal(password))

    async def check(self, kept: str | None, password: str) -> Verdict:
        """Whether a password is the one of a hash. Without a hash the answer is no, after the same work."""
        async with self._turns:
            return await asyncio.to_thread(self._check, kept, password[: 2 * LONGEST])

    def _check(self, kept: str | None, password: str) -> Verdict:
        if self._nobody is None:
            self._nobody = self._hasher.hash(secrets.token_urlsafe())
        fits = self._verify(kept or self._nobody, password) and kept is not None
        if fits and kept is not None and self._hasher.check_needs_rehash(kept):
            return Verdict(True, self._hasher.hash(_normal(password)))
        return Verdict(fits)

    def _verify(self, kept: str, password: str) -> bool:
        try:
            return self._hasher.verify(kept, _normal(password))
        except (VerificationError, InvalidHashError):
            return False


def _normal(password: str) -> bytes:
    """One form for what keyboards write in several; a lone surrogate cannot be encoded otherwise."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
