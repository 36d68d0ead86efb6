"""A division written to files: grids with their figures, and which unit is in which."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import geopandas
import numpy as np
import shapely

from gis.propose import Proposal
from gis.propose.measuring import ZoneFigures
from gis.words import Words
from grid_data.unit_files.outputs import FORMS
from grid_data.unit_files.reading import UnitFile

__all__ = ["grids_frame", "units_frame", "write_proposal"]


def grids_frame(
    units: UnitFile,
    proposal: Proposal,
    codes: Mapping[int, str],
    minimum: int,
    maximum: int,
    words: Callable[[Words], str],
) -> geopandas.GeoDataFrame:
    """One row per grid: code, community, households, units, polsby_popper, in_band, reason, geometry.

    ``words`` picks the language of the reasons.
    """
    figures = ZoneFigures(units.graph, proposal.zone)
    reasons = {one.zone: one for one in proposal.explained}
    order = np.argsort(figures.index, kind="stable")
    runs = np.split(order, np.searchsorted(figures.index[order], np.arange(1, len(figures.number))))
    numbers = figures.number.tolist()
    return geopandas.GeoDataFrame(
        {
            "code": [codes[number] for number in numbers],
            "community": [
                units.communities[number] if units.named else "" for number in figures.community.tolist()
            ],
            "households": figures.households,
            "units": figures.units,
            "polsby_popper": figures.polsby_popper.round(4),
            "in_band": (figures.households >= minimum) & (figures.households <= maximum),
            "reason": [words(reasons[number].text) if number in reasons else "" for number in numbers],
        },
        geometry=[shapely.coverage_union_all(units.shapes[run]) for run in runs],
        crs=crs_of(units.system),
    )


def units_frame(units: UnitFile, proposal: Proposal, codes: Mapping[int, str]) -> geopandas.GeoDataFrame:
    """One row per unit: its code, its grid's code, households, geometry."""
    return geopandas.GeoDataFrame(
        {
            "unit": units.codes,
            "code": [codes[number] for number in proposal.zone.tolist()],
            "households": units.graph.households,
        },
        geometry=units.shapes,
        crs=crs_of(units.system),
    )


def crs_of(system: str) -> str:
    """A declared system as pyproj reads it."""
    return {"wgs84": "OGC:CRS84", "cgcs2000": "EPSG:4490"}.get(system, system)


def write_proposal(path: Path, grids: geopandas.GeoDataFrame, units: geopandas.GeoDataFrame) -> list[Path]:
    """Write a division: a GeoPackage with layers grids and units; of other forms a second file for units.

    The files appear whole, at the end.

    Returns
    -------
    paths
        What was written.
    """
    form = FORMS[path.suffix.lower()]
    beside = path.with_name(f"{path.stem}-units{path.suffix}")
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.stem}-") as folder:
        made = Path(folder)
        if form == "GPKG":
            grids.to_file(made / path.name, layer="grids", driver=form)
            units.to_file(made / path.name, layer="units", driver=form)
        else:
            for frame, name in ((grids, path.name), (units, beside.name)):
                if form == "Parquet":
                    frame.to_parquet(made / name)
                else:
                    # Names of Shapefile columns have ten letters.
                    shorter = {"polsby_popper": "polsby_p"} if form == "ESRI Shapefile" else {}
                    frame.rename(columns=shorter).to_file(made / name, driver=form)
        for file in sorted(made.iterdir()):
            shutil.move(file, path.parent / file.name)
    return [path] if form == "GPKG" else [path, beside]
