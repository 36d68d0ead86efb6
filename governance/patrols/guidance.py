"""Guidance texts: who owns them, in which version they hold, when they must be looked at again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import Field

from gis.words import Words
from governance.access import Actor, Role
from governance.errors import UnknownCategory, UnknownOrganisation
from governance.incidents.answers import Answer, CategoryName, Name, Named
from governance.patrols.errors import TaskMissing, TaskRefused
from governance.patrols.urgent_tasks import Text
from grid_data.categories import category_subtree
from grid_data.database import Connection
from grid_data.guidance import (
    NewVersion,
    add_version,
    category_chain,
    guidance_rows,
    insert_guidance,
    lock_guidance,
    owners_above,
    retire_guidance,
    version_rows,
)
from grid_data.history import add_history
from grid_data.organisations import organisation_subtree

__all__ = [
    "Change",
    "Guidance",
    "GuidanceDetail",
    "GuidancePage",
    "change",
    "create",
    "get",
    "retire",
    "search",
]

EVERYWHERE = (Role.DISTRICT_LEAD, Role.ADMINISTRATOR)


class Guidance(Answer):
    """A text as it holds today."""

    id: int
    code: str
    category: CategoryName
    owner: Named
    title: Name
    text: Name
    revision: int
    review_on: date
    overdue: Annotated[bool, Field(description="Its owner should have looked at it again.")]
    retired_at: datetime | None
    at: Annotated[datetime, Field(description="Since when this version holds.")]
    by: str
    answers: Annotated[int, Field(description="Incidents it has answered without dispatch.")]


class GuidancePage(Answer):
    """Texts by code; ``next`` is to be given as ``after``, null at the end."""

    items: list[Guidance]
    next: str | None


class GuidanceVersion(Answer):
    """A version of a text, and why it was written."""

    revision: int
    owner: Named
    title: Name
    text: Name
    review_on: date
    at: datetime
    by: str
    reason: str | None


class GuidanceDetail(Guidance):
    """A text with all its versions, the newest first."""

    versions: list[GuidanceVersion]


@dataclass(frozen=True)
class Change:
    """What a new version says; None stays as it is."""

    review_on: date | None = None
    title: Text | None = None
    text: Text | None = None
    owner: str | None = None
    reason: str | None = None


async def search(
    connection: Connection,
    *,
    category: str | None = None,
    fits: str | None = None,
    owner: str | None = None,
    text: str | None = None,
    overdue: bool = False,
    retired: bool = False,
    after: str | None = None,
    limit: int = 50,
) -> GuidancePage:
    """Texts of a category and those below (``category``), or that fit an incident of a category (``fits``).

    Raises
    ------
    UnknownCategory, UnknownOrganisation
    """
    ids: list[int] | None = None
    if category is not None:
        ids = await category_subtree(connection, category)
        if not ids:
            raise UnknownCategory(f"no category {category}", field="category")
    if fits is not None:
        chain = await category_chain(connection, fits)
        if not chain:
            raise UnknownCategory(f"no category {fits}", field="fits")
        ids = chain if ids is None else [each for each in ids if each in chain]
    owners: list[int] | None = None
    if owner is not None:
        owners = await organisation_subtree(connection, owner)
        if not owners:
            raise UnknownOrganisation(f"no organisation {owner}", field="organisation")
    found = await guidance_rows(
        connection, category_ids=ids, organisation_ids=owners, text=text, overdue=overdue, retired=retired,
        after=after, limit=limit + 1,
    )  # fmt: skip
    items = [Guidance(**_guidance(row)) for row in found[:limit]]
    return GuidancePage(items=items, next=items[-1].code if len(found) > limit else None)


async def get(connection: Connection, code: str) -> GuidanceDetail:
    """A text with its versions.

    Raises
    ------
    TaskMissing
    """
    found = await guidance_rows(connection, code=code, retired=True)
    if not found:
        raise _missing(code)
    versions = [_version(row) for row in await version_rows(connection, found[0]["id"])]
    return GuidanceDetail(**_guidance(found[0]), versions=versions)


async def create(
    connection: Connection,
    actor: Actor,
    *,
    category: str,
    owner: str,
    title: Text,
    text: Text,
    review_on: date,
) -> str:
    """Store a new text; its code.

    Raises
    ------
    UnknownCategory, UnknownOrganisation, TaskRefused
    """
    chain = await category_subtree(connection, category)
    if not chain:
        raise UnknownCategory(f"no category {category}", field="category")
    await _may_write(connection, actor, owner)
    version = NewVersion(
        await _owner(connection, owner), title.zh, title.en, text.zh, text.en, review_on, actor.name, None
    )
    code = await insert_guidance(connection, chain[0], version)
    after = {"guidance": code, "category": category, "owner": owner, "title": title.zh, "role": actor.role}
    await add_history(connection, actor.name, "guidance.create", after=after)
    return code


async def change(connection: Connection, actor: Actor, code: str, revision: int, said: Change) -> None:
    """Store a new version of a text.

    Raises
    ------
    TaskMissing, TaskRefused, UnknownOrganisation
        ``TaskRefused`` with the code ``changed``: somebody changed it since that revision.
    """
    row = await _locked(connection, actor, code, revision)
    title = said.title or Text(row["title_zh"], row["title_en"])
    text = said.text or Text(row["text_zh"], row["text_en"])
    owner = row["organisation_id"] if said.owner is None else await _owner(connection, said.owner)
    version = NewVersion(
        owner,
        title.zh,
        title.en,
        text.zh,
        text.en,
        said.review_on or row["review_on"],
        actor.name,
        said.reason,
    )
    await add_version(connection, row["id"], version)
    before = {"guidance": code, "revision": revision}
    after = {"guidance": code, "revision": revision + 1, "reason": said.reason, "role": actor.role}
    await add_history(connection, actor.name, "guidance.change", before=before, after=after)


async def retire(connection: Connection, actor: Actor, code: str, revision: int, reason: str) -> None:
    """Take a text out of use; what it answered keeps naming it.

    Raises
    ------
    TaskMissing, TaskRefused
    """
    row = await _locked(connection, actor, code, revision)
    await retire_guidance(connection, row["id"])
    after = {"guidance": code, "reason": reason, "role": actor.role}
    await add_history(connection, actor.name, "guidance.retire", after=after)


async def _locked(connection: Connection, actor: Actor, code: str, revision: int) -> dict[str, Any]:
    row = await lock_guidance(connection, code)
    if row is None:
        raise _missing(code)
    await _may_write(connection, actor, row["organisation"])
    if row["retired_at"] is not None:
        raise TaskRefused("retired", Words("指引已停用", "the text is retired"), field="code")
    if row["revision"] != revision:
        words = Words(
            f"指引已被更改，当前版次为 {row['revision']}；请重新读取",
            f"the text has changed meanwhile: its revision is {row['revision']} now; read it again",
        )
        raise TaskRefused("changed", words, field="revision")
    return row


async def _may_write(connection: Connection, actor: Actor, owner: str) -> None:
    """The owner keeps a text current, and whoever stands above it."""
    if actor.role in EVERYWHERE:
        return
    if actor.organisation is not None and actor.organisation in await owners_above(connection, owner):
        return
    words = Words(
        f"指引由所属部门 {owner} 或其上级维护", f"a text is kept by its owner {owner} and those above it"
    )
    raise TaskRefused("not-owner", words, field="organisation")


async def _owner(connection: Connection, code: str) -> int:
    ids = await organisation_subtree(connection, code)
    if not ids:
        raise UnknownOrganisation(f"no organisation {code}", field="owner")
    return ids[0]


def _missing(code: str) -> TaskMissing:
    return TaskMissing(Words(f"没有指引 {code}", f"no guidance text {code}"))


def _named(row: Mapping[str, Any]) -> Named:
    name = Name(zh=row["organisation_zh"], en=row["organisation_en"])
    return Named(code=row["organisation"], name=name)


def _guidance(row: Mapping[str, Any]) -> dict[str, Any]:
    kept = ("id", "code", "revision", "review_on", "overdue", "retired_at", "at", "by", "answers")
    return {
        **{name: row[name] for name in kept},
        "category": CategoryName(
            key=row["category"], name=Name(zh=row["category_zh"], en=row["category_en"])
        ),
        "owner": _named(row),
        "title": Name(zh=row["title_zh"], en=row["title_en"]),
        "text": Name(zh=row["text_zh"], en=row["text_en"]),
    }


def _version(row: Mapping[str, Any]) -> GuidanceVersion:
    kept = ("revision", "review_on", "at", "by", "reason")
    return GuidanceVersion(
        **{name: row[name] for name in kept},
        owner=_named(row),
        title=Name(zh=row["title_zh"], en=row["title_en"]),
        text=Name(zh=row["text_zh"], en=row["text_en"]),
    )
