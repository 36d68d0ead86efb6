"""A department's own work: figures, people, facilities, any area asked about."""
