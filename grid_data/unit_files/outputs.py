"""Where files of units and grids may be written, looked at before the work begins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from grid_data.importers.problems import ImportRefused

__all__ = ["FORMS", "check_output"]

FORMS: Final[Mapping[str, str]] = {
    ".gpkg": "GPKG",
    ".geojson": "GeoJSON",
    ".json": "GeoJSON",
    ".shp": "ESRI Shapefile",
    ".parquet": "Parquet",
    ".geoparquet": "Parquet",
}


def check_output(path: Path, *, overwrite: bool, inputs: Sequence[Path] = ()) -> None:
    """Refuse an output that cannot be written.

    Raises
    ------
    ImportRefused
        Its ending is not known, its folder is missing, it is there already, or it is one of the inputs.
    """
    if path.resolve() in {each.resolve() for each in inputs}:
        raise ImportRefused(
            "output_is_input",
            f"{path} 是要读取的文件；请另取输出名称",
            f"{path} is read as input; choose another output",
        )
    if path.suffix.lower() not in FORMS:
        known = ", ".join(FORMS)
        raise ImportRefused(
            "unknown_form",
            f"无法写出 {path.name}；支持的扩展名：{known}",
            f"{path.name} cannot be written; endings: {known}",
        )
    if not path.parent.is_dir():
        raise ImportRefused("no_folder", f"没有目录 {path.parent}", f"there is no folder {path.parent}")
    if path.exists() and not overwrite:
        raise ImportRefused(
            "output_there",
            f"{path} 已存在；用 --overwrite 覆盖",
            f"{path} is there already; --overwrite replaces it",
        )
