"""Redrawing: moves on land units, cuts along lines, steps and their undoing. Pure geometry."""
