"""Rows written to files of six formats, in bounded memory.

Rows come from a server cursor in batches (`reading`). CSV and GeoJSON are text made batch by batch (`text`);
XLSX (`workbook`), GeoParquet, GeoPackage and FlatGeobuf (`spatial`) are made in a scratch folder first
(`scratch`).
"""
