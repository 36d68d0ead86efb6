"""``gridgov route``: points of a file to the zones of other files, without a database."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.import_run import fail
from cli.route_report import Bar, fail_to_write, print_refused, print_summary, say_interrupted

if TYPE_CHECKING:
    from grid_data.point_files.layers import LayerFile

__all__ = ["route"]

CARDINALITIES = ("at_most_one", "exactly_one", "many")
BATCH_ROWS = 250_000


def route(
    points: Annotated[
        str,
        typer.Argument(
            metavar="POINTS",
            help="File of points (.csv .parquet .geojson .gpkg ...), folder of Parquet files, or a quoted "
            "pattern. Columns id (else the row number, from 1) and lon, lat, or a geometry.",
        ),
    ],
    layer: Annotated[
        list[str],
        typer.Option(
            "--layer",
            metavar="NAME=FILE[:COLUMN]",
            help="A layer of zones and its file; COLUMN holds the zone codes (code). Repeat for more layers.",
        ),
    ],
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            metavar="OUT",
            help="Where answers go: .csv .geojson .geojsonl .gpkg .parquet; without ending a folder of "
            "Parquet files.",
        ),
    ],
    crs: Annotated[
        str | None,
        typer.Option(
            "--crs",
            metavar="SYSTEM",
            help="System of the points: wgs84, cgcs2000, gcj02, bd09 or EPSG:n. It goes before what the file "
            "declares; a file that declares nothing is wgs84.",
        ),
    ] = None,
    columns: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="FIELD=COLUMN",
            help="Which column of POINTS is id, lon or lat; repeat as needed.",
        ),
    ] = None,
    points_layer: Annotated[
        str | None,
        typer.Option("--points-layer", metavar="LAYER", help="Layer of a POINTS file with several."),
    ] = None,
    source_layer: Annotated[
        list[str] | None,
        typer.Option(
            "--source-layer",
            metavar="NAME=LAYER",
            help="Layer of a zone file with several; default: the one called NAME.",
        ),
    ] = None,
    layer_crs: Annotated[
        list[str] | None,
        typer.Option(
            "--layer-crs",
            metavar="NAME=SYSTEM",
            help="System of a zone file, where it declares none or a wrong one.",
        ),
    ] = None,
    encoding: Annotated[
        str | None,
        typer.Option(
            "--encoding", metavar="NAME", help="Encoding of CSV and Shapefile text, for example gb18030."
        ),
    ] = None,
    cardinality: Annotated[
        list[str] | None,
        typer.Option(
            "--cardinality",
            metavar="NAME=WORD",
            help="Zones at a place: at_most_one (default), exactly_one, or many (codes joined by ;).",
        ),
    ] = None,
    tolerance: Annotated[
        list[str] | None,
        typer.Option(
            "--tolerance",
            metavar="NAME=METRES",
            help="Give places out of all zones to the nearest one within so many metres; the layer is then "
            "exactly_one.",
        ),
    ] = None,
    metric_srid: Annotated[
        int | None,
        typer.Option(
            "--metric-srid",
            metavar="EPSG",
            help="Projected system for distances. Default: round the middle of the layers, the CGCS2000 "
            "three-degree zone in China, else UTM.",
        ),
    ] = None,
    strict: Annotated[
        bool,
        typer.Option(
            "--strict", help="End with an error at the first point that cannot be placed, naming its row."
        ),
    ] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace OUT if it is there.")] = False,
    restart: Annotated[
        bool, typer.Option("--restart", help="Do not go on with what an interrupted run finished.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
    batch_rows: Annotated[
        int,
        typer.Option(
            "--batch-rows",
            min=1,
            metavar="N",
            help="Points in a batch; a few batches are in memory at a time.",
        ),
    ] = BATCH_ROWS,
    engine: Annotated[
        str,
        typer.Option(
            "--engine",
            metavar="WORD",
            help="local, or dask: workers of --scheduler read Parquet and write parts; they see the same "
            "files under the same paths.",
        ),
    ] = "local",
    scheduler: Annotated[
        str | None,
        typer.Option("--scheduler", metavar="ADDRESS", help="Of Dask, for example tcp://10.0.0.1:8786."),
    ] = None,
) -> None:
    """Find the zones of points, from files to a file; needs no database.

    Columns of OUT: id, then for each layer its zone code, `_method` (inside, on_border, nearest, outside) and
    `_distance_m` (metres to the border below 30, to the zone for nearest). Points that cannot be placed are
    kept as outside and counted. Interrupted, the same command goes on where it was.
    """
    # Only here: these libraries would make every other command start seconds later.
    from gis.errors import GisError
    from grid_data.importers.problems import ImportRefused
    from grid_data.point_files.command import Request, run

    if engine not in ("local", "dask"):
        fail("--engine：应为 local 或 dask", "--engine: must be local or dask")
    if (engine == "dask") != (scheduler is not None):
        fail("--engine dask 与 --scheduler 须同时给出", "--engine dask and --scheduler go together")
    request = Request(
        points=points,
        layers=tuple(
            _layers(
                layer,
                _named(source_layer, "--source-layer"),
                _named(layer_crs, "--layer-crs"),
                _named(cardinality, "--cardinality"),
                _named(tolerance, "--tolerance"),
            )
        ),
        out=output,
        crs=crs,
        columns=_named(columns, "--map"),
        points_layer=points_layer,
        encoding=encoding,
        metric_srid=metric_srid,
        strict=strict,
        overwrite=overwrite,
        restart=restart,
        batch_rows=batch_rows,
        scheduler=scheduler,
    )
    started = time.perf_counter()
    try:
        with Bar() as bar:
            result = run(request, bar)
    except ImportRefused as refused:
        print_refused(refused)
    except GisError as problem:
        fail(str(problem), str(problem))
    except OSError as problem:
        fail_to_write(problem, output)
    except KeyboardInterrupt:
        say_interrupted(output)
        raise
    print_summary(result, output, time.perf_counter() - started, as_json=as_json)


def _layers(
    told: list[str],
    source_layers: dict[str, str],
    systems: dict[str, str],
    cardinalities: dict[str, str],
    tolerances: dict[str, str],
) -> list[LayerFile]:
    from grid_data.point_files.layers import LayerFile

    layers: list[LayerFile] = []
    for text in told:
        name, sign, rest = text.partition("=")
        if not sign or not name.strip() or not rest.strip():
            fail(f"--layer 应写作 名称=文件，而不是“{text}”", f"--layer reads NAME=FILE, not {text!r}")
        path, column = _file_and_column(rest.strip())
        metres = _metres(name, tolerances.get(name))
        word = cardinalities.get(name, "exactly_one" if metres else "at_most_one")
        if word not in CARDINALITIES:
            fail(
                f"--cardinality {name}：应为 {'、'.join(CARDINALITIES)}",
                f"--cardinality {name}: must be {', '.join(CARDINALITIES)}",
            )
        if metres and word != "exactly_one":
            fail(
                f"--tolerance {name} 需要 --cardinality {name}=exactly_one",
                f"--tolerance {name} needs --cardinality {name}=exactly_one",
            )
        layers.append(
            LayerFile(name.strip(), path, column, source_layers.get(name), systems.get(name), word, metres)
        )
    for option, names in {
        "--source-layer": source_layers, "--layer-crs": systems,
        "--cardinality": cardinalities, "--tolerance": tolerances,
    }.items():  # fmt: skip
        for name in names:
            if name not in {layer.name for layer in layers}:
                fail(f"{option}：没有图层 {name}", f"{option}: there is no layer {name}")
    return layers


def _file_and_column(text: str) -> tuple[Path, str | None]:
    """``FILE`` or ``FILE:COLUMN``; a file whose name has a colon is a file."""
    if Path(text).exists() or ":" not in text:
        return Path(text), None
    path, _, column = text.rpartition(":")
    return Path(path), column


def _metres(name: str, text: str | None) -> float:
    if text is None:
        return 0.0
    if not re.fullmatch(r"\d+(\.\d+)?", text):
        fail(f"--tolerance {name}：{text} 不是米数", f"--tolerance {name}: {text!r} is no number of metres")
    return float(text)


def _named(told: list[str] | None, option: str) -> dict[str, str]:
    """Repeated ``NAME=VALUE``."""
    found: dict[str, str] = {}
    for text in told or ():
        name, sign, value = text.partition("=")
        if not sign or not name.strip() or not value.strip():
            fail(f"{option} 应写作 名称=值，而不是“{text}”", f"{option} reads NAME=VALUE, not {text!r}")
        found[name.strip()] = value.strip()
    return found
