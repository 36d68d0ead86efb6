"""Compile the numerical loops ahead: ``python -m gis.ahead``.

Who asks first for proposals or for the router would else wait for the compiler, some twenty seconds on two
cores. What is compiled is kept on disk (`gis.compiled_folder`); when it is there, this does nothing.
"""

from __future__ import annotations

import os

from gis.compiled_folder import has_all, note_all

__all__ = ["compile_ahead"]


def compile_ahead() -> bool:
    """Compile what is not compiled yet; returns whether there was anything to do."""
    if has_all():
        return False
    import numpy as np
    import shapely

    from gis.propose.run import get_ready
    from gis.router import Router
    from gis.zone_layer import ZoneLayer

    get_ready()
    left, right = shapely.box(120.4, 36.1, 120.41, 36.11), shapely.box(120.41, 36.1, 120.42, 36.11)
    router = Router.build([ZoneLayer("a", ["1", "2"], [left, right], nearest_tolerance_m=50.0)], 32651)
    # In a zone, on the border and near it, outside.
    router.route(np.array([120.405, 120.41, 120.4099, 120.5]), np.array([36.105, 36.105, 36.105, 36.2]))
    note_all()
    return True


if __name__ == "__main__":
    if hasattr(os, "nice"):
        os.nice(10)
    compile_ahead()
