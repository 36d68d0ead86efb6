"""People of a department or a zone: who holds which post, what is vacant, who bears how much.

The template of a base grid (一格一长一警一专多兼): a lead, a police officer, a full-time grid worker and one
or more part-time ones. What it asks for and nobody holds is a vacancy, whether the post was made or not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from governance.department.answers import (
    DepartmentLoad,
    DepartmentPeople,
    GridLoad,
    HeldPost,
    PersonLoad,
    PersonPosts,
    PostTemplate,
    Vacancy,
)
from governance.department.figures import HANDLED_DAYS
from governance.incidents.answers import Name, Named
from governance.supervision.spans import day_begins
from grid_data.city import city_timezone
from grid_data.column_words import OPEN_STATES
from grid_data.database import Connection
from grid_data.department.people import (
    grids_of,
    handled_by,
    open_by_grid,
    posts_now,
    regions_of,
    reported_by_grid,
    zones_below,
)
from grid_data.incidents import IncidentFilter
from grid_data.telephones import ToldWhole

__all__ = ["TEMPLATE", "Where", "load", "people"]

TEMPLATE = ("grid_lead", "police", "full_time", "part_time")
"""Kinds of posts of which every base grid has at least one."""
_ORDER = (*TEMPLATE, "trade", "window")


@dataclass(frozen=True)
class Where:
    """Whose people: of an organisation with all below it, in a zone, or of all that is seen.

    Attributes
    ----------
    sees_grids
        Zones of who asks when they do not see everything: only base grids among them need posts.
    """

    organisation_ids: Sequence[int] | None = None
    zone_id: int | None = None
    sees_grids: frozenset[int] | None = None


async def people(connection: Connection, where: Where, *, whole: ToldWhole) -> DepartmentPeople:
    """Posts per kind, vacancies, and people with their posts.

    Parameters
    ----------
    whole
        Whose telephones are told whole.
    """
    grids = await _grids(connection, where)
    posts = await _posts(connection, where, grids, whole=whole)
    needs = _needs(posts, grids)
    vacant = _vacancies(needs, posts, grids)
    held: dict[int, list[Mapping[str, Any]]] = defaultdict(list)
    for post in posts:
        if post["person_id"] is not None:
            held[post["person_id"]].append(post)
    return DepartmentPeople(
        templates=_templates(needs),
        vacancies=vacant,
        people=sorted(
            (_person(theirs) for theirs in held.values()),
            key=lambda each: (
                each.organisation is None,
                each.organisation and each.organisation.code,
                each.name,
            ),
        ),
    )


async def load(connection: Connection, scope: IncidentFilter, where: Where) -> DepartmentLoad:
    """What grids and people of a scope bear."""
    zone = ZoneInfo(await city_timezone(connection))
    since = day_begins(datetime.now(UTC) - timedelta(days=HANDLED_DAYS - 1), zone)
    grids = await _grids(connection, where)
    posts = await _posts(connection, where, grids, whole=ToldWhole())
    still = {
        row["grid_id"]: row for row in await open_by_grid(connection, replace(scope, states=OPEN_STATES))
    }
    came = {
        row["grid_id"]: row["n"]
        for row in await reported_by_grid(connection, replace(scope, from_time=since))
    }
    done: dict[int | None, int] = defaultdict(int)
    by_person: dict[tuple[str | None, str | None], int] = defaultdict(int)
    for row in await handled_by(connection, replace(scope, handled_from=since)):
        done[row["grid_id"]] += row["n"]
        by_person[row["handler"], row["organisation"]] += row["n"]
    shown = {grid["id"]: grid for grid in grids}
    if where.organisation_ids is not None or where.sees_grids is not None:
        # A line department has incidents in grids that are not its own.
        others = {key for key in {*still, *came, *done} if key is not None} - set(shown)
        shown |= {grid["id"]: grid for grid in await grids_of(connection, sorted(others))} if others else {}
    loads = [
        GridLoad(
            grid=_named(grid, "code", "name_zh", "name_en"),
            open=still[key]["open"] if key in still else 0,
            overdue=still[key]["overdue"] if key in still else 0,
            reported=came.get(key, 0),
            handled=done.get(key, 0),
        )
        for key, grid in shown.items()
    ]
    held: dict[int, list[Mapping[str, Any]]] = defaultdict(list)
    for post in posts:
        if post["person_id"] is not None:
            held[post["person_id"]].append(post)
    bears = []
    for theirs in held.values():
        own = {post["zone_id"] for post in theirs if post["layer_kind"] == "base_grid"}
        first = theirs[0]
        bears.append(
            PersonLoad(
                name=first["person"],
                organisation=_organisation(first),
                grids=len(own),
                open=sum(still[key]["open"] for key in own if key in still),
                overdue=sum(still[key]["overdue"] for key in own if key in still),
                handled=by_person.get((first["person"], first["organisation"]), 0)
                + (by_person.get((first["person"], None), 0) if first["organisation"] is not None else 0),
            )
        )
    return DepartmentLoad(
        grids=sorted(loads, key=lambda each: (-each.open, -each.reported, each.grid.code)),
        people=sorted(bears, key=lambda each: (-each.open, -each.handled, each.name)),
    )


async def _grids(connection: Connection, where: Where) -> list[dict[str, Any]]:
    """Base grids whose posts are this one's to fill."""
    zones: list[int] | None = None
    if where.organisation_ids is not None:
        zones = await regions_of(connection, where.organisation_ids)
    found = await grids_of(connection, zones)
    if where.zone_id is not None:
        inside = set(await zones_below(connection, [where.zone_id]))
        found = [grid for grid in found if grid["id"] in inside]
    if where.sees_grids is not None:
        found = [grid for grid in found if grid["id"] in where.sees_grids]
    return found


async def _posts(
    connection: Connection, where: Where, grids: Sequence[Mapping[str, Any]], *, whole: ToldWhole
) -> list[dict[str, Any]]:
    zones = None if where.zone_id is None else await zones_below(connection, [where.zone_id])
    return await posts_now(
        connection,
        organisation_ids=where.organisation_ids,
        grid_ids=[grid["id"] for grid in grids],
        zone_ids=zones,
        whole=whole,
    )


Needs = dict[tuple[str, str], tuple[Name, dict[int, tuple[int, int]]]]
"""(layer, kind) -> name of the layer, and for each zone how many are required and filled."""


def _needs(posts: Sequence[Mapping[str, Any]], grids: Sequence[Mapping[str, Any]]) -> Needs:
    needs: Needs = {}
    for grid in grids:
        for kind in TEMPLATE:
            _, zones = needs.setdefault((grid["layer"], kind), (_name(grid, "layer_zh", "layer_en"), {}))
            zones[grid["id"]] = (1, 0)
    counted: dict[tuple[str, str, int], list[bool]] = defaultdict(list)
    names: dict[str, Name] = {}
    for post in posts:
        counted[post["layer"], post["kind"], post["zone_id"]].append(post["person_id"] is not None)
        names[post["layer"]] = _name(post, "layer_zh", "layer_en")
    for (layer, kind, zone), filled in counted.items():
        _, zones = needs.setdefault((layer, kind), (names[layer], {}))
        least = zones.get(zone, (0, 0))[0]
        zones[zone] = (max(len(filled), least), sum(filled))
    return needs


def _templates(needs: Needs) -> list[PostTemplate]:
    found = []
    for (layer, kind), (name, zones) in needs.items():
        required = sum(need for need, _ in zones.values())
        filled = sum(there for _, there in zones.values())
        found.append(
            PostTemplate.model_validate(
                {
                    "layer": layer,
                    "layer_name": name,
                    "kind": kind,
                    "required": required,
                    "filled": filled,
                    "vacant": required - filled,
                }
            )
        )
    return sorted(found, key=lambda each: (each.layer, _ORDER.index(each.kind)))


def _vacancies(
    needs: Needs, posts: Sequence[Mapping[str, Any]], grids: Sequence[Mapping[str, Any]]
) -> list[Vacancy]:
    names = {grid["id"]: _named(grid, "code", "name_zh", "name_en") for grid in grids}
    names |= {post["zone_id"]: _named(post, "zone", "zone_zh", "zone_en") for post in posts}
    found = [
        Vacancy.model_validate({"kind": kind, "layer": layer, "zone": names[zone]})
        for (layer, kind), (_, zones) in needs.items()
        for zone, (need, there) in zones.items()
        for _ in range(need - there)
    ]
    return sorted(found, key=lambda each: (each.layer, each.zone.code, _ORDER.index(each.kind)))


def _person(posts: Sequence[Mapping[str, Any]]) -> PersonPosts:
    first = posts[0]
    return PersonPosts(
        name=first["person"],
        organisation=_organisation(first),
        phone=first["phone"],
        posts=[
            HeldPost.model_validate(
                {
                    "kind": post["kind"],
                    "layer": post["layer"],
                    "zone": _named(post, "zone", "zone_zh", "zone_en"),
                }
            )
            for post in posts
        ],
    )


def _organisation(row: Mapping[str, Any]) -> Named | None:
    if row["organisation"] is None:
        return None
    return _named(row, "organisation", "organisation_zh", "organisation_en")


def _name(row: Mapping[str, Any], zh: str, en: str) -> Name:
    return Name(zh=row[zh], en=row[en])


def _named(row: Mapping[str, Any], code: str, zh: str, en: str) -> Named:
    return Named(code=row[code], name=_name(row, zh, en))
