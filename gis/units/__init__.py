"""Land units: cut from lines, footprints and communities, and the graph of who borders whom."""
