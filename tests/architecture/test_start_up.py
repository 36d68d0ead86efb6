"""What starts often starts light: programs load what they use, when they use it."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = (
    "alembic", "fpdf", "geopandas", "httpx", "jwt", "numba", "pandas", "pyarrow.compute", "pyogrio",
    "scipy.optimize", "scipy.sparse", "sqlalchemy", "xlsxwriter",
)  # fmt: skip
"""Some 200 MB and two seconds together; a server needs them for single jobs, if at all."""


@pytest.mark.parametrize(
    ("module", "heavy"), [("api.app", HEAVY), ("cli.main", (*HEAVY, "fastapi", "numpy", "pyproj", "shapely"))]
)
def test_importing_loads_no_library_that_only_single_jobs_need(module: str, heavy: tuple[str, ...]) -> None:
    program = f"import sys, {module}; print(*sorted(sys.modules))"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not set(heavy) & set(told.stdout.split())
