"""Importers: files of any common form, checked row by row, stored in one transaction or not at all.

The way of a file: `reading` (rows with their numbers) → `mapping` (columns to fields) → `fields` (values)
and `shapes` (geometry to EPSG:4326 on the lattice) → a subject's own checks → the ``store_…`` functions of
`grid_data.bulk`. Every fault is a `problems.Finding` that names its row; nothing is repaired in silence.
"""
