"""Zones of a layer: its first edition, a new edition, or a correction of the drawing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any, Literal
from zoneinfo import ZoneInfo

import psycopg

from gis.words import Words
from grid_data.bulk.copying import lookup
from grid_data.database import Connection, one
from grid_data.importers.batch import (
    Geometry,
    Plan,
    Progress,
    Report,
    Request,
    Rows,
    checked_rows,
    run_import,
)
from grid_data.importers.checks import known, unique
from grid_data.importers.city import City
from grid_data.importers.coverage import check_ground
from grid_data.importers.datum import check_datum
from grid_data.importers.editions import Edition, Stored, plan_edition, read_versions, valid_at
from grid_data.importers.fields import Field, empty
from grid_data.importers.layers import Layer, define_layer, read_layer
from grid_data.importers.parents import check_codes, find_parents
from grid_data.importers.problems import Findings
from grid_data.importers.shapes import FAR_M
from grid_data.importers.whole_grids import WholeGrids

__all__ = ["FIELDS", "ZoneOptions", "import_layer", "import_zones"]

FIELDS = (
    Field(
        "code",
        "code",
        required=True,
        high=60,
        aliases=("zone_code", "grid_code", "网格编码", "区划代码", "编码", "代码"),
    ),
    Field("name_zh", high=200, aliases=("name", "zone_name", "grid_name", "网格名称", "区划名称", "名称")),
    Field("name_en", high=200, aliases=("english_name", "英文名称")),
    Field("parent", "code", aliases=("parent_code", "上级代码", "上级编码", "所属社区代码", "上级")),
    Field("organisation", "code", aliases=("org_code", "责任单位代码", "责任单位")),
)

_GEOMETRY = Geometry(("MultiPolygon",), required=True, limit_m=FAR_M)
_ALWAYS = 1900
"""The year from which a first edition holds when nobody says since when."""


@dataclass(frozen=True)
class ZoneOptions:
    """How zones are meant.

    Attributes
    ----------
    valid_from
        Since when this edition holds; without offset in the city's time zone. None: a first edition has
        always held (or as long as its parent layer); a later one must say.
    as_correction
        The same zones drawn better: versions are corrected, nothing changes in the world.
    keep_missing
        Zones that the file lacks stay as they are instead of being retired.
    coverage
        ``strict``: gaps, overlaps and zones beyond their parent are errors; ``report``: they are only told;
        None: strict for regions and base grids.
    """

    valid_from: datetime | None = None
    as_correction: bool = False
    keep_missing: bool = False
    coverage: Literal["strict", "report"] | None = None


async def import_layer(
    connection: Connection,
    request: Request,
    definition: Mapping[str, Any],
    options: ZoneOptions,
    progress: Progress | None = None,
) -> Report:
    """Define a layer and import its zones; neither happens without the other.

    ``definition`` holds attributes of :class:`Layer`; see :func:`define_layer`.

    Raises
    ------
    ImportRefused
        The definition contradicts itself or what is stored, or the import cannot begin.
    """
    async with connection.transaction() as both:
        layer = await define_layer(connection, definition)
        prepare = partial(_prepare, layer, options)
        report = await run_import(connection, "layer", request, prepare, progress)
        if not report.stored:
            raise psycopg.Rollback(both)
    return report


async def import_zones(
    connection: Connection,
    request: Request,
    layer: str,
    options: ZoneOptions,
    progress: Progress | None = None,
) -> Report:
    """Import zones of a layer that exists.

    Raises
    ------
    ImportRefused
        The layer does not exist, or the import cannot begin.
    """
    prepare = partial(_prepare, await read_layer(connection, layer), options)
    return await run_import(connection, "zones", request, prepare, progress)


async def _prepare(
    layer: Layer,
    options: ZoneOptions,
    connection: Connection,
    city: City,
    request: Request,
    findings: Findings,
) -> tuple[Rows, Plan]:
    if options.valid_from is not None and options.valid_from.tzinfo is None:
        options = replace(options, valid_from=options.valid_from.replace(tzinfo=ZoneInfo(city.timezone)))
    fields = FIELDS if layer.parent else tuple(spec for spec in FIELDS if spec.name != "parent")
    table = checked_rows(request, city, fields, _GEOMETRY, findings)
    unique(table, ["code"])
    check_codes(table, layer)
    _name_the_nameless(table)
    organisations = await lookup(connection, "organisation_ids")
    known(table, "organisation", organisations, code="unknown_organisation", zh="单位", en="organisation")

    versions = await read_versions(connection, layer.code)
    parents = await read_versions(connection, layer.parent) if layer.parent else []
    moment = _moment(options, city, versions, parents)
    around = valid_at(parents, moment)
    if layer.parent:
        find_parents(table, around, layer.parent)
    else:
        table.frame["parent"] = None

    edition = plan_edition(table, versions, moment, options.as_correction, keep_missing=options.keep_missing)
    final = edition.final(table.good)
    strict = layer.must_cover if options.coverage is None else options.coverage == "strict"
    check_ground(table, layer, final, around, city, strict=strict, skip_bad=request.skip_bad)
    check_datum(request, table, _reference(layer, around, edition.before), city, told=request.crs is not None)
    edition = plan_edition(table, versions, moment, options.as_correction, keep_missing=options.keep_missing)
    _check_time(findings, edition, versions, options, table)
    await _tell_incidents(connection, edition, findings)
    grids = None
    if layer.kind == "base_grid":
        grids = await WholeGrids.plan(connection, layer, edition, findings)
    return table, _plan(connection, layer, edition, grids, versions)


def _name_the_nameless(table: Rows) -> None:
    frame = table.frame
    nameless = frame["name_zh"].map(empty) & ~frame["code"].map(empty)
    if nameless.any():
        frame.loc[nameless, "name_zh"] = frame.loc[nameless, "code"]
        table.findings.warn(
            "no_name",
            f"{int(nameless.sum())} 个区域没有名称，以编码代替",
            f"{int(nameless.sum())} zone(s) have no name; their code is used",
            field="name_zh",
        )


def _moment(options: ZoneOptions, city: City, versions: list[Stored], parents: list[Stored]) -> datetime:
    if options.valid_from is not None:
        return options.valid_from
    if versions:
        return max(version.valid_from for version in versions)
    if parents:
        return min(version.valid_from for version in parents)
    return datetime(_ALWAYS, 1, 1, tzinfo=ZoneInfo(city.timezone))


def _reference(layer: Layer, around: Mapping[str, Stored], before: Mapping[str, Stored]) -> list[Any]:
    """Shapes stored already whose outline this layer ought to share."""
    zones = around if layer.parent else before
    return [zone.geometry for zone in zones.values()]


def _check_time(
    findings: Findings, edition: Edition, versions: list[Stored], options: ZoneOptions, table: Rows
) -> None:
    if not edition.says_something:
        return
    if options.as_correction:
        rows = {code: int(str(row)) for row, code in table.good["code"].items()}
        for code in sorted(edition.new):
            findings.error(
                "correction_adds",
                f"更正不能新增区域 {code}；请作为新版导入（--valid-from）",
                f"a correction adds no zone such as {code}; import a new edition (--valid-from)",
                row=rows.get(code),
                field="code",
            )
        return
    if versions and options.valid_from is None:
        findings.error(
            "no_valid_from",
            "该图层已有区域且文件内容不同：请用 --valid-from 说明新版生效日，或用 --as-correction 更正",
            "the layer has zones and the file differs: say with --valid-from since when the new edition "
            "holds, or correct the drawing with --as-correction",
        )
        return
    later = edition.later(versions)
    if later is not None:
        findings.error(
            "later_edition",
            f"已有自 {later.date().isoformat()} 起生效的版本；各版须按时间先后导入",
            f"an edition from {later.date().isoformat()} is stored; editions come in order of time",
            suggestion=Words(
                "若只是重绘，请用 --as-correction", "a better drawing comes in with --as-correction"
            ),
        )
    for code in sorted(edition.revived):
        findings.error(
            "retired_code",
            f"编码 {code} 属于已撤销的区域，不得再用",
            f"the code {code} belonged to a zone that was retired; codes are never used again",
            row=edition.revived[code],
            field="code",
        )


async def _tell_incidents(connection: Connection, edition: Edition, findings: Findings) -> None:
    """Importing moves no incident by itself; say how many there are in the zones that change."""
    zones = [edition.before[code].zone_id for code in sorted({*edition.changed, *edition.vanished})]
    row = await one(connection, "imports/incidents_in_zones", {"zones": zones, "since": edition.moment})
    if row is not None and row["n"]:
        findings.warn(
            "not_rerouted",
            f"{row['n']} 件已存事件位于变更的区域内，保留原有的网格归属；"
            "未结事件可用 --reroute 或 gridgov reroute 重新确定",
            f"{row['n']} incident(s) stored in the zones that change keep the routing they have; "
            "--reroute, or gridgov reroute afterwards, moves those that are open",
        )


def _plan(
    connection: Connection,
    layer: Layer,
    edition: Edition,
    grids: WholeGrids | None,
    versions: list[Stored],
) -> Plan:
    details: dict[str, Any] = {
        "layer": layer.code,
        "valid_from": edition.moment.isoformat(),
        "as_correction": edition.as_correction,
        "edition": "first" if not versions else ("correction" if edition.as_correction else "next"),
    }
    steps = edition.steps(connection, layer)
    if grids is not None:
        steps = [*steps, *grids.steps(connection)]
    return Plan(
        new=len(edition.new),
        changed=len(edition.changed),
        unchanged=len(edition.unchanged),
        retired=len(edition.vanished),
        steps=steps,
        details=details,
    )
