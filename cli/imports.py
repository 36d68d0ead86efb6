"""``gridgov import``: files of any common form into the database, or a list of what is wrong with them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.console import in_words, out
from cli.import_options import AsCorrection, Common, Coverage, KeepMissing, Reroute, ValidFrom, with_common
from cli.import_run import fail, import_incidents, in_database, run_import, run_request, zone_options
from cli.reroute import print_rerouted

if TYPE_CHECKING:
    from governance.incidents.rerouting import Rerouted
    from grid_data.database import Connection
    from grid_data.importers.batch import Progress, Report, Request

__all__ = ["imports"]

imports = typer.Typer(
    name="import",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Read a file into the database: GeoPackage, GeoJSON, Shapefile (also zipped), FlatGeobuf, "
    "GeoParquet, CSV with lon/lat or WKT. A file with faults is told row by row and changes nothing.",
)


@imports.command("city")
def import_city(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="FILE",
            help="JSON with code, name_zh, name_en, timezone, metric_srid, centre, zoom, outside_limit_m, "
            "attribution_zh, attribution_en; options go before it.",
        ),
    ] = None,
    code: Annotated[
        str | None,
        typer.Option(
            "--code", help="Official code of 6 digits, for example 370212; incident numbers begin with it."
        ),
    ] = None,
    name_zh: Annotated[str | None, typer.Option("--name-zh", help="Chinese name.")] = None,
    name_en: Annotated[str | None, typer.Option("--name-en", help="English name.")] = None,
    metric_srid: Annotated[
        int | None,
        typer.Option("--metric-srid", help="EPSG code of the projected system for areas and distances."),
    ] = None,
    centre: Annotated[
        str | None,
        typer.Option("--centre", metavar="LON,LAT", help="Where the map starts, degrees WGS 84."),
    ] = None,
    zoom: Annotated[float | None, typer.Option("--zoom", help="Zoom the map starts at (11).")] = None,
    timezone: Annotated[
        str | None, typer.Option("--timezone", help="IANA time zone (Asia/Shanghai).")
    ] = None,
    outside_limit_m: Annotated[
        float | None,
        typer.Option("--outside-limit-m", help="Metres out of the city a place is still believed (2000)."),
    ] = None,
) -> None:
    """Set up the city of an empty database, with the category catalogues; everything else needs it."""
    told = {
        "code": code,
        "name_zh": name_zh,
        "name_en": name_en,
        "metric_srid": metric_srid,
        "centre": None if centre is None else centre.split(","),
        "zoom": zoom,
        "timezone": timezone,
        "outside_limit_m": outside_limit_m,
    }
    try:
        values: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file else {}
    except (OSError, ValueError) as problem:
        fail(str(problem), str(problem))
    values |= {name: value for name, value in told.items() if value is not None}

    async def store(connection: Connection, _: Progress) -> bool:
        from grid_data.importers.city import store_city

        return await store_city(connection, values, "operator")

    if in_database(store):
        out.print(in_words("城市已设置", "the city is set up"))
    else:
        out.print(in_words("城市已存在，内容相同", "just this city is set up already"))


@imports.command("layer")
@with_common
def import_layer(
    common: Common,
    code: Annotated[
        str, typer.Option("--code", help="Code of the layer: a lower-case word, for example police.")
    ],
    name_zh: Annotated[str, typer.Option("--name-zh", help="Chinese name of the layer.")],
    kind: Annotated[
        str,
        typer.Option(
            "--kind", metavar="KIND", help="region, base_grid, specialist, jurisdiction or context."
        ),
    ],
    cardinality: Annotated[
        str,
        typer.Option(
            "--cardinality",
            metavar="CARDINALITY",
            help="Zones at a place: exactly_one, at_most_one or many.",
        ),
    ],
    name_en: Annotated[str | None, typer.Option("--name-en", help="English name of the layer.")] = None,
    parent: Annotated[
        str | None, typer.Option("--parent", help="Layer whose zones contain this layer's zones.")
    ] = None,
    precedence: Annotated[
        int | None,
        typer.Option("--precedence", help="Order in answers, lower first. Default: after all others."),
    ] = None,
    depth: Annotated[
        int | None,
        typer.Option(
            "--depth",
            help="How specific a rule on this layer is. Default: one more than the parent for regions "
            "and base grids, else 5.",
        ),
    ] = None,
    code_pattern: Annotated[
        str | None, typer.Option("--code-pattern", help="Regular expression a zone's code must match.")
    ] = None,
    nearest_tolerance_m: Annotated[
        float | None,
        typer.Option(
            "--nearest-tolerance-m", help="Metres outside at which the nearest zone still answers (0)."
        ),
    ] = None,
    valid_from: ValidFrom = None,
    coverage: Coverage = None,
) -> None:
    """Define a layer and import its zones (code, name_zh, name_en, parent, organisation, areas)."""
    definition = {
        "code": code,
        "name_zh": name_zh,
        "name_en": name_en,
        "kind": kind,
        "cardinality": cardinality,
        "parent": parent,
        "precedence": precedence,
        "depth": depth,
        "code_pattern": code_pattern,
        "nearest_tolerance_m": nearest_tolerance_m,
    }
    options = zone_options(valid_from, as_correction=False, keep_missing=False, coverage=coverage)

    async def work(connection: Connection, request: Request, progress: Progress) -> Report:
        from grid_data.importers.zones import import_layer

        return await import_layer(connection, request, definition, options, progress)

    run_import(common, work)


@imports.command("zones")
@with_common
def import_zones(
    common: Common,
    layer: Annotated[str, typer.Option("--layer", help="Code of the layer, which exists already.")],
    valid_from: ValidFrom = None,
    as_correction: AsCorrection = False,
    keep_missing: KeepMissing = False,
    coverage: Coverage = None,
    reroute: Reroute = False,
) -> None:
    """Import zones of a layer: its first edition, a new edition, or a correction.

    Unchanged zones keep their version; changed ones get a new one; those the file lacks are retired. Base
    grids of a city without land units become one land unit each.
    """
    options = zone_options(
        valid_from, as_correction=as_correction, keep_missing=keep_missing, coverage=coverage
    )

    moved: list[Rerouted] = []

    async def work(connection: Connection, request: Request, progress: Progress) -> Report:
        from governance.access import OPERATOR
        from governance.incidents.rerouting import reroute as again
        from grid_data.importers.zones import import_zones

        report = await import_zones(connection, request, layer, options, progress)
        if reroute and report.stored:
            moved.append(await again(connection, OPERATOR))
        return report

    run_import(common, work)
    for done in moved:
        print_rerouted(done)


@imports.command("units")
@with_common
def import_units(
    common: Common,
    valid_from: ValidFrom = None,
) -> None:
    """Import land units (code, community, base_grid, base_grid_name, kind, polygons) and make their grids.

    The units must cover their communities without gap or overlap, with the same vertices on shared edges.
    Units and grids that are stored already are only compared: they change by redrawing.
    """

    async def work(connection: Connection, request: Request, progress: Progress) -> Report:
        from grid_data.importers.units import import_units

        return await import_units(connection, request, valid_from, progress)

    run_import(common, work)


def _simple(name: str, text: str) -> None:
    """Register a command without options of its own; ``grid_data.importers.subjects`` has its preparation."""

    @with_common
    def command(common: Common) -> None:
        async def work(connection: Connection, request: Request, progress: Progress) -> Report:
            from grid_data.importers.batch import run_import
            from grid_data.importers.subjects import PREPARATIONS

            return await run_import(connection, name, request, PREPARATIONS[name], progress)

        run_import(common, work)

    imports.command(name.replace("_", "-"), help=text)(command)


_simple(
    "facilities",
    "Import facilities (code, standard_ref, category, name_zh, supervising, owning, maintaining, state, "
    "accuracy_class, surveyed_on; points, lines or areas). The same code again changes what differs. "
    "standard_ref defaults to GB/T 47678.5-2026.",
)
_simple(
    "roads",
    "Import roads (code, name_zh, name_en, road_class; lines). road_class also understands OpenStreetMap's "
    "highway values and the usual Chinese words.",
)
_simple(
    "patrol_points",
    "Import patrol points (code, name_zh, name_en; points). The same code again changes what differs; one "
    "that was given up is visited again.",
)
_simple(
    "organisations",
    "Import organisations (code, name_zh, name_en, kind, parent, region_layer, region), in any order. kind: "
    "government, street, community, admin, utility or squad.",
)
_simple(
    "posts",
    "Import posts (zone, kind, person, name, phone, organisation, valid_from, valid_to; optional layer) and "
    "the persons who hold them. kind: grid_lead, police, full_time, part_time, trade or window, or the "
    "Chinese words. The same zone, kind and person again changes what differs; without a person it is a "
    "vacancy.",
)
_simple(
    "households",
    "Import households (building, door_plate, stairwell, floor, residents), one per door plate of a "
    "building. Buildings not stored yet are made from address and a polygon or point, on the land unit that "
    "covers it (unit, building_kind, floors, stairwells are optional).",
)


@imports.command("incidents")
@with_common
def _incidents(
    common: Common,
    indexes: Annotated[
        str,
        typer.Option(
            "--indexes",
            metavar="auto|keep|aside",
            help="Set dear indexes aside while storing and build them again at the end: where that pays "
            "(auto), never, or always.",
        ),
    ] = "auto",
) -> None:
    """Import incidents (source, source_ref, category, text, lon, lat, reported_at; optional standard_ref,
    category_kind, appeal_kind, address, crs, accuracy_m, urgency, reporter_name, reporter_phone, state,
    state_since) and route them.

    The same source and source_ref again is stored once; other content under it is a fault. Places that cannot
    be meant are kept without a place, to be located. Interrupted, the same command goes on where it stopped.
    """
    if indexes not in ("auto", "keep", "aside"):
        raise typer.BadParameter("--indexes: auto | keep | aside")
    run_request(common, lambda request: import_incidents(request, indexes))  # type: ignore[arg-type]
