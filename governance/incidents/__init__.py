"""Incidents: taken in, routed with a reason, located, routed again, given by hand, told."""
