"""Casework: the life of an incident, from the report to the archive."""
