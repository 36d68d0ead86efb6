"""Urgent tasks: issued to every grid of an area, answered by each, reminded of, called off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import shapely

from gis.errors import GisError
from gis.task_area import around, drawn, meeting
from gis.words import Words
from governance.access import NIGHTLY, Actor
from governance.attachments.files import name_attachments
from governance.errors import CityMissing
from governance.patrols.errors import AreaRefused, TaskMissing, TaskRefused
from governance.patrols.urgent_task_rules import (
    ReceiptAction,
    ReceiptState,
    may_answer,
    may_issue,
    may_remind,
    remind_at,
)
from grid_data.city import read_city
from grid_data.database import Connection
from grid_data.history import add_history
from grid_data.organisations import organisation_subtree
from grid_data.urgent_tasks import (
    NewTask,
    cancel_task,
    grids_below,
    grids_near,
    incident_place,
    insert_task,
    lock_receipt,
    lock_task,
    remind_all,
    remind_due,
    write_receipt,
    zones_named,
)

__all__ = ["Area", "Given", "Text", "answer", "cancel", "find_grids", "issue", "remind", "remind_of_due"]


NAMED = 5
"""Grids of others that a refusal names."""


@dataclass(frozen=True)
class Text:
    """A text in Chinese and, if there is one, in English."""

    zh: str
    en: str | None = None


@dataclass(frozen=True)
class Area:
    """Where a task applies: exactly one of the three.

    Attributes
    ----------
    polygon
        GeoJSON ``Polygon`` or ``MultiPolygon``, EPSG:4326.
    zones
        (layer, code) of regions, base grids or specialist zones of today.
    line
        A point, or points of a line, longitude and latitude; with ``radius_m`` metres around.
    incident
        Number of an incident that stands for its place, with ``radius_m``.
    """

    polygon: Mapping[str, Any] | None = None
    zones: Sequence[tuple[str, str]] = ()
    line: Sequence[tuple[float, float]] = ()
    incident: str | None = None
    radius_m: float | None = None


@dataclass(frozen=True)
class Given:
    """A task as it is asked for; ``due_at`` in the future."""

    title: Text
    text: Text
    due_at: datetime
    area: Area
    forward: Text | None = None


@dataclass(frozen=True)
class Found:
    """Base grids an area concerns today: codes by id; the drawn part as WKB, the named part as zone ids."""

    grids: Mapping[int, str]
    shape: bytes | None = None
    zone_ids: list[int] = field(default_factory=list)
    about: dict[str, Any] = field(default_factory=dict)


async def find_grids(connection: Connection, area: Area) -> Found:
    """The base grids of today that meet an area.

    Regions and base grids that are named are meant by nesting: whoever belongs to them. A drawn area, a
    buffer and specialist zones are met by grids that share ground with them: see `gis.task_area.meeting`.

    Raises
    ------
    AreaRefused
        Nothing usable, or no grid meets it.
    CityMissing
    """
    try:
        city = await read_city(connection)
    except LookupError as missing:
        raise CityMissing(str(missing)) from missing
    srid = city.frame.metric_srid
    below: dict[int, str] = {}
    named: list[int] = []
    shape: Any = None
    about: dict[str, Any]
    if area.polygon is not None:
        shape, about = _made(lambda: drawn(area.polygon or {})), {"kind": "polygon"}
    elif area.zones:
        about = {"kind": "zones", "zones": [f"{layer}:{code}" for layer, code in area.zones]}
        shape, named = await _of_zones(connection, area.zones)
        below = await grids_below(connection, named) if named else {}
    else:
        points = await _centre(connection, area)
        about = {
            "kind": "buffer",
            "radius_m": area.radius_m,
            "line": [list(point) for point in points],
            "incident": area.incident,
        }
        shape = _made(lambda: around(points, area.radius_m or 0.0, srid))
    wkb: bytes | None = None
    if shape is not None:
        wkb = shapely.to_wkb(shape)
        ids, codes, shapes = await grids_near(connection, wkb)
        met = meeting(shape, shapes, srid).tolist()
        below |= {grid: code for grid, code, meets in zip(ids, codes, met, strict=True) if meets}
    if not below:
        raise AreaRefused(
            Words("没有基础网格与该范围相交", "no base grid of today shares ground with this area")
        )
    return Found(below, wkb, named, about)


def _made(work: Any) -> Any:
    try:
        return work()
    except GisError as problem:
        raise AreaRefused(
            Words(f"范围无法使用：{problem}", f"the area cannot be used: {problem}")
        ) from problem


async def _of_zones(connection: Connection, keys: Sequence[tuple[str, str]]) -> tuple[Any, list[int]]:
    found = await zones_named(connection, keys)
    for n, (layer, code) in enumerate(keys):
        if n not in found:
            words = Words(f"今日没有网格 {layer}:{code}", f"there is no zone {layer}:{code} today")
            raise AreaRefused(words, field=f"area.zones.{n}")
    shapes = [shapely.from_wkb(row["shape"]) for row in found.values() if row["shape"] is not None]
    named = [row["id"] for row in found.values() if row["shape"] is None]
    if not shapes:
        return None, named
    whole = shapely.union_all(shapes)
    return shapely.MultiPolygon(list(shapely.get_parts(whole))), named


async def _centre(connection: Connection, area: Area) -> list[tuple[float, float]]:
    if area.incident is None:
        return list(area.line)
    place = await incident_place(connection, area.incident)
    if place is None:
        words = Words(f"没有事件 {area.incident}", f"no incident {area.incident}")
        raise AreaRefused(words, field="area.buffer.incident")
    lon, lat = place
    if lon is None or lat is None:
        words = Words(f"事件 {area.incident} 没有位置", f"incident {area.incident} has no place")
        raise AreaRefused(words, field="area.buffer.incident")
    return [(lon, lat)]


async def issue(connection: Connection, actor: Actor, given: Given) -> str:
    """Issue a task to every grid its area concerns, in the caller's transaction; its code.

    Raises
    ------
    TaskRefused, AreaRefused, CityMissing
    """
    if (why := may_issue(actor)) is not None:
        raise TaskRefused("wrong-role", why)
    now = datetime.now(UTC)
    if given.due_at <= now:
        words = Words("时限已过", "the due moment lies in the past")
        raise TaskRefused("late", words, field="due_at")
    found = await find_grids(connection, given.area)
    _within(actor, found)
    forward = given.forward
    task = NewTask(
        title_zh=given.title.zh,
        title_en=given.title.en,
        text_zh=given.text.zh,
        text_en=given.text.en,
        forward_zh=forward.zh if forward else None,
        forward_en=forward.en if forward else None,
        area=found.shape,
        area_zone_ids=found.zone_ids,
        area_about=found.about,
        by=actor.name,
        role=actor.role,
        organisation_id=await _organisation(connection, actor.organisation),
        remind_at=remind_at(now, given.due_at),
        due_at=given.due_at,
    )
    _, code = await insert_task(connection, task, list(found.grids))
    after = {
        "task": code, "title": given.title.zh, "grids": len(found.grids), "due_at": given.due_at.isoformat(),
        "role": actor.role, "organisation": actor.organisation, "area": found.about,
    }  # fmt: skip
    await add_history(connection, actor.name, "task.issue", after=after)
    return code


def _within(actor: Actor, found: Found) -> None:
    """Refuse an area that reaches beyond what who issues sees, naming grids of others."""
    if actor.sight.everything:
        return
    beyond = sorted(code for grid, code in found.grids.items() if grid not in actor.sight.zones)
    if beyond:
        listed = ", ".join(beyond[:NAMED]) + (" …" if len(beyond) > NAMED else "")
        raise AreaRefused(
            Words(
                f"{len(beyond)} 个网格不在您的范围内：{listed}",
                f"{len(beyond)} grids are not within your scope: {listed}",
            )
        )


async def _organisation(connection: Connection, code: str | None) -> int | None:
    if code is None:
        return None
    ids = await organisation_subtree(connection, code)
    if not ids:
        words = Words(f"没有部门 {code}", f"no organisation {code}")
        raise TaskRefused("unknown-organisation", words, field="organisation")
    return ids[0]


async def answer(
    connection: Connection,
    actor: Actor,
    code: str,
    grid: str,
    action: ReceiptAction,
    *,
    note: str | None = None,
    count: int | None = None,
    attachments: Sequence[UUID] = (),
) -> bool:
    """Answer for a grid; whether anything changed: the same answer again changes nothing.

    Raises
    ------
    TaskMissing, TaskRefused, AttachmentNotFree
    """
    row = await lock_receipt(connection, code, grid, actor.name)
    if row is None:
        words = Words(
            f"没有任务 {code}，或网格 {grid} 不在其中",
            f"there is no task {code}, or grid {grid} is not in it",
        )
        raise TaskMissing(words, field="grid")
    why = may_answer(actor, here=row["here"], elsewhere=row["elsewhere"])
    if why is not None:
        raise TaskRefused("not-your-grid" if actor.role == "grid_worker" else "wrong-role", why)
    if row["cancelled_at"] is not None:
        raise TaskRefused("cancelled", Words("任务已撤销", "the task is cancelled"), field="code")
    if row["state"] in (ReceiptState.MOVED, ReceiptState.RELEASED):
        words = Words(row["reason_zh"], row["reason_en"] or row["reason_zh"])
        raise TaskRefused(str(row["state"]), words, field="grid")
    named = list(row["attachment_ids"])
    await name_attachments(connection, [each for each in attachments if each not in named], None)
    before = ReceiptState(row["state"])
    if action is ReceiptAction.DONE:
        state = ReceiptState.DONE
    elif action is ReceiptAction.UNDO or before is ReceiptState.WAITING:
        state = ReceiptState.ACKNOWLEDGED
    else:
        state = before
    # What is not told again stays as it was told.
    note = row["note"] if note is None else note
    count = row["count"] if count is None else count
    kept = list(attachments) or named
    if (state, note, count, kept) == (before, row["note"], row["count"], named):
        return False
    await write_receipt(
        connection, row["task_id"], row["grid_id"], state=state, by=actor.name, note=note, count=count,
        attachments=kept,
    )  # fmt: skip
    after = {
        "task": code, "grid": grid, "state": state, "role": actor.role, "organisation": actor.organisation,
        "note": note, "count": count, "attachments": [str(each) for each in kept],
    }  # fmt: skip
    await add_history(
        connection, actor.name, "task.receipt", zone_id=row["grid_id"], before={"state": before}, after=after
    )
    return True


async def cancel(connection: Connection, actor: Actor, code: str, reason: str) -> None:
    """Call a task off; once: doing it again changes nothing.

    Raises
    ------
    TaskMissing, TaskRefused
    """
    if (why := may_issue(actor)) is not None:
        raise TaskRefused("wrong-role", why)
    task = await _locked(connection, code)
    if task["cancelled_at"] is not None:
        return
    own = task["issued_by"] == actor.name or task["organisation_id"] in actor.sight.organisations
    if not (own or actor.sight.everything):
        # Seen by every grid it concerns: whoever governs one of them does not call it off for the others.
        words = Words("只能由下达者或其部门撤销", "called off by who issued it, or by their organisation")
        raise TaskRefused("not-issuer", words)
    await cancel_task(connection, task["id"], actor.name, reason)
    after = {"task": code, "reason": reason, "role": actor.role, "organisation": actor.organisation}
    await add_history(connection, actor.name, "task.cancel", after=after)


async def remind(connection: Connection, actor: Actor, code: str) -> int:
    """Remind every grid that has not finished; how many.

    Raises
    ------
    TaskMissing, TaskRefused
    """
    if (why := may_remind(actor)) is not None:
        raise TaskRefused("wrong-role", why)
    task = await _locked(connection, code)
    if task["cancelled_at"] is not None:
        raise TaskRefused("cancelled", Words("任务已撤销", "the task is cancelled"), field="code")
    grids = await remind_all(connection, task["id"], actor.name)
    if grids:
        after = {"task": code, "kind": "manual", "grids": grids, "role": actor.role}
        await add_history(connection, actor.name, "task.remind", after=after)
    return grids


async def remind_of_due(connection: Connection) -> list[tuple[str, str, int]]:
    """Remind of every moment that has come, each once however many ask: task, kind, number of grids."""
    done = []
    for row in await remind_due(connection, NIGHTLY.name):
        after = {"task": row["code"], "kind": row["kind"], "grids": row["grids"]}
        await add_history(connection, NIGHTLY.name, "task.remind", after=after)
        done.append((row["code"], row["kind"], row["grids"]))
    return done


async def _locked(connection: Connection, code: str) -> dict[str, Any]:
    task = await lock_task(connection, code)
    if task is None:
        raise TaskMissing(Words(f"没有紧急任务 {code}", f"no urgent task {code}"))
    return task
