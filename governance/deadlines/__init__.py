"""Deadlines: working calendars, clocks, limits, and limits learnt from past cases. Pure: no database."""
