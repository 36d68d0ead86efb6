"""Land units as stored: built from files, their graph, its borders, checks."""
