"""``gridgov export``: what the lists show, as a file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from cli.console import in_words, out, progress
from cli.import_run import fail, with_database
from gis.words import Words
from governance.settings import Settings

if TYPE_CHECKING:
    from governance.exports import Exports, Format, Subject, Wanted
    from grid_data.database import Connection, Database
    from grid_data.exporters.columns import Language

__all__ = ["export"]

SUBJECTS = ("incidents", "facilities", "zones", "report")
ENDINGS = {
    ".csv": "csv",
    ".xlsx": "xlsx",
    ".geojson": "geojson",
    ".json": "geojson",
    ".gpkg": "gpkg",
    ".parquet": "parquet",
    ".geoparquet": "parquet",
    ".fgb": "fgb",
    ".pdf": "pdf",
}
WRITING = Words("导出", "exporting")


def export(
    subject: Annotated[
        str, typer.Argument(metavar="SUBJECT", help="incidents, facilities, zones, or report (a PDF).")
    ],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to; its ending says the format.")],
    query: Annotated[
        str,
        typer.Option(
            "--query", metavar="QUERY", help="Of incidents: filters of the list, as a query string."
        ),
    ] = "",
    layer: Annotated[
        str | None, typer.Option("--layer", metavar="CODE", help="Of zones: only this layer.")
    ] = None,
    language: Annotated[
        str | None, typer.Option("--language", metavar="zh|en", help="Of headings and words; the terminal's.")
    ] = None,
    codes: Annotated[
        bool, typer.Option("--codes", help="Name columns and values as programs do, not in words.")
    ] = False,
    bom: Annotated[bool, typer.Option("--bom", help="CSV: with a byte order mark, for Excel.")] = False,
    plain: Annotated[bool, typer.Option("--plain", help="CSV: without the lines above the heading.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a file that is there.")] = False,
) -> None:
    """Write incidents, facilities or zones to CSV, XLSX, GeoJSON, GeoPackage, GeoParquet or FlatGeobuf.

    The file appears whole, at the end; filter, moment and edition stand inside. The history says who took it.
    """
    from governance.errors import GovernanceError

    if subject not in SUBJECTS:
        raise typer.BadParameter(f"SUBJECT: {' | '.join(SUBJECTS)}")
    if language not in (None, "zh", "en"):
        raise typer.BadParameter("--language: zh | en")
    form = ENDINGS.get(file.suffix.lower())
    if form is None or (form == "pdf") != (subject == "report"):
        known = ".pdf" if subject == "report" else " ".join(ENDINGS).replace(" .pdf", "")
        fail(
            f"无法写出 {file.name}；支持的扩展名：{known}", f"{file.name} cannot be written; endings: {known}"
        )
    if file.exists() and not overwrite:
        fail(f"{file} 已存在；用 --overwrite 覆盖", f"{file} is there already; --overwrite replaces it")
    if not file.absolute().parent.is_dir():
        fail(f"没有目录 {file.parent}", f"there is no folder {file.parent}")
    said: Any = language or in_words("zh", "en")
    options = {"codes": codes, "bom": bom, "about": not plain}

    async def go(database: Database) -> int:
        from governance.exports import Exports

        exports = Exports(database, Settings().export_place)
        with progress.status(in_words(*WRITING)):
            return await _written(exports, subject, form, file, query, layer, said, options)

    try:
        rows = with_database(go, size=2)
    except GovernanceError as problem:
        fail(problem.message, problem.message)
    out.print(escape(in_words(f"{rows:,} 行 → {file}", f"{rows:,} rows → {file}")), soft_wrap=True)


async def _written(
    exports: Exports,
    subject: str,
    form: str,
    file: Path,
    query: str,
    layer: str | None,
    language: Language,
    options: dict[str, bool],
) -> int:
    """Write the file beside its place first; returns how many rows it holds."""
    from governance.access import OPERATOR
    from governance.reports.font import FontMissing
    from governance.reports.making import report_begun

    async with exports.database.transaction(OPERATOR) as connection:
        if subject == "report":
            asked = await _report(connection, query, language)
        else:
            wanted = await _wanted(connection, subject, form, query, layer, language, options)
    half = file.with_name(f".{file.name}.part")
    try:
        opening = (
            report_begun(exports, OPERATOR, asked, Settings().report_font)
            if subject == "report"
            else exports.begun(OPERATOR, wanted)
        )
        async with opening as made:
            with half.open("wb") as written:
                async for piece in made.pieces:
                    written.write(piece)
        os.replace(half, file)
        return made.rows
    except FontMissing as missing:
        fail(f"缺少中文字体：{missing}", f"a font with Chinese characters is missing: {missing}")
    finally:
        half.unlink(missing_ok=True)


async def _report(connection: Connection, query: str, language: Language) -> Any:
    from governance.exports.filter_words import filters_in_words
    from governance.exports.stored_query import parsed, read_query
    from governance.reports.making import ReportAsked

    found = await read_query(connection, query)
    return ReportAsked(found, query, filters_in_words(parsed(query)), language)


async def _wanted(
    connection: Connection,
    name: str,
    form: str,
    query: str,
    layer: str | None,
    language: Language,
    options: dict[str, bool],
) -> Wanted:
    from governance.exports import FACILITIES, INCIDENTS, ZONES, Wanted
    from governance.exports.filter_words import filters_in_words
    from governance.exports.stored_query import parsed, read_query

    subjects: dict[str, Subject] = {each.name: each for each in (INCIDENTS, FACILITIES, ZONES)}
    given = parsed(query) if name == "incidents" else []
    if name == "incidents":
        parameters = (await read_query(connection, query)).parameters()
    elif name == "zones":
        parameters = dict.fromkeys(("parent", "prefix", "pattern", "at")) | {"layer": layer}
        given = [("layer", layer)] if layer else []
    else:
        parameters = dict.fromkeys(
            ("zone_id", "organisation_ids", "relation", "category_ids", "states", "area")
        )
    kind: Format = form  # type: ignore[assignment]
    text = "&".join(f"{key}={value}" for key, value in given) if name != "incidents" else query
    return Wanted(subjects[name], kind, parameters, text, filters_in_words(given), language, **options)
