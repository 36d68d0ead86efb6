"""Ready databases are made anew when what they are made from has changed, and only then."""

from __future__ import annotations

from tests.support.databases import ROOT, SAMPLE_MODULES, imported_files


def test_a_template_is_made_from_all_that_its_modules_import() -> None:
    found = {str(file.relative_to(ROOT)) for file in imported_files(SAMPLE_MODULES)}
    assert {"grid_data/bulk/sample.py", "grid_data/sample/__init__.py", "gis/cells/sweep.py"} <= found
    assert {"gis/datum.py", "governance/incidents/intake.py"}.isdisjoint(found)
