"""Files of land units to a graph, and grids made of them to files; no database."""
