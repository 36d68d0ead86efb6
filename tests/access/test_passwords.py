"""Passwords: what is taken, how it is kept, what a check costs."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher, Type, extract_parameters

from governance.access.accounts import canonical_name
from governance.access.common_passwords import COMMON
from governance.access.errors import AccountRefused
from governance.access.passwords import SHORTEST, Passwords, password_fault
from tests.access.people import QUICK


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "石老人海边的第三盏路灯亮了",
        "aaaa bbbb cccc dddd",  # no kinds of characters are demanded
        "онлайн-кабинет 7",
        "x" * 5 + "1qa9" + "z" * 187 + "ooo",
    ],
)
def test_length_counts_and_kinds_of_characters_do_not(password: str) -> None:
    assert password_fault(password, "wang.lei") is None


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("123456789", "at least 10"),
        ("x" * 201, "at most 200"),
        ("Password123", "tried first"),
        ("ＰＡＳＳＷＯＲＤ１２３", "tried first"),  # the same in wide letters
        ("aaaaaaaaaaaaaaaa", "tried first"),
        ("abababababababab", "tried first"),
        ("abcdefghijklmnop", "tried first"),
        ("zyxwvutsrqponmlk", "tried first"),
        ("wang.lei2026", "own name"),
        ("nul\0nul\0nul\0nul", "NUL"),
    ],
)
def test_what_is_guessed_first_is_refused(password: str, why: str) -> None:
    fault = password_fault(password, "wang.lei")
    assert fault is not None
    assert why in fault.en
    assert fault.zh != fault.en


def test_the_list_holds_only_what_length_lets_pass() -> None:
    assert len(COMMON) > 150
    assert {word for word in COMMON if len(word) < SHORTEST or word != word.casefold()} == set()


async def test_hashes_are_argon2id_with_a_salt_of_their_own() -> None:
    passwords = Passwords()
    first, second = await passwords.hash("one and the same"), await passwords.hash("one and the same")
    assert first != second
    parameters = extract_parameters(first)
    assert parameters.type is Type.ID
    # At least what OWASP asks for: 19 MiB and two passes.
    assert parameters.memory_cost >= 19 * 1024
    assert parameters.time_cost >= 2
    assert (await passwords.check(first, "one and the same")).fits
    assert not (await passwords.check(first, "one and the Same")).fits


async def test_a_hash_of_older_parameters_is_made_anew_at_the_next_sign_in() -> None:
    old = await Passwords(QUICK).hash("one and the same")
    stronger = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
    verdict = await Passwords(stronger).check(old, "one and the same")
    assert verdict.fits
    assert verdict.rehashed is not None
    assert extract_parameters(verdict.rehashed).time_cost == 2
    again = await Passwords(stronger).check(verdict.rehashed, "one and the same")
    assert (again.fits, again.rehashed) == (True, None)
    assert (await Passwords(stronger).check(old, "another one")).rehashed is None


class Counting(PasswordHasher):
    """Counts its work."""

    checks = 0

    def verify(self, *args: object, **more: object) -> bool:  # type: ignore[override]
        self.checks += 1
        return super().verify(*args, **more)  # type: ignore[arg-type]


async def test_nobody_takes_as_long_as_somebody() -> None:
    hasher = Counting(time_cost=1, memory_cost=8, parallelism=1)
    passwords = Passwords(hasher)
    kept = await passwords.hash("one and the same")
    for hash_of_somebody in (kept, None):
        before = hasher.checks
        assert not (await passwords.check(hash_of_somebody, "a wrong one")).fits
        assert hasher.checks == before + 1


@pytest.mark.parametrize("kept", ["", "no hash", "$argon2id$v=19$m=8,t=1,p=1$xx$yy", "plain text"])
async def test_what_is_no_hash_lets_nobody_in(kept: str) -> None:
    assert not (await Passwords(QUICK).check(kept, kept)).fits


async def test_keyboards_write_the_same_password_in_several_ways() -> None:
    passwords = Passwords(QUICK)
    composed, decomposed = "Qingdao caf\u00e9 2026", "Qingdao cafe\u0301 2026"
    assert (await passwords.check(await passwords.hash(composed), decomposed)).fits


@pytest.mark.parametrize("name", ["", " ", "a b", "a" * 61, "a\nb", "a:b", "a/b", "<x>", "a\0b"])
def test_names_that_cannot_be_one(name: str) -> None:
    with pytest.raises(AccountRefused) as refused:
        canonical_name(name)
    assert refused.value.field == "name"


@pytest.mark.parametrize(
    ("typed", "kept"), [("Wang.Lei", "wang.lei"), ("王磊", "王磊"), ("a@b.CN", "a@b.cn")]
)
def test_names_have_one_spelling(typed: str, kept: str) -> None:
    assert canonical_name(typed) == kept
