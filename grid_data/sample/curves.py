"""Drawn lines: parsed from the shipped tables and smoothed."""

from __future__ import annotations

import numpy as np
from scipy.interpolate import CubicSpline

from grid_data.sample.lattice import Floats, degrees_to_metric


def parse_points(text: str) -> Floats:
    """``"lon lat;lon lat"`` to metric points."""
    return degrees_to_metric(np.array([pair.split() for pair in text.split(";")], dtype=float))


def smooth(points: Floats, step_m: float = 45.0) -> Floats:
    """Points every ``step_m`` metres on a curve through the given ones."""
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    curve = CubicSpline(along, points)
    return np.asarray(curve(np.linspace(0.0, along[-1], max(2, int(along[-1] / step_m) + 1))))
