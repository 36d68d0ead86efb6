"""Bulk storing: whole frames of checked rows into the tables by COPY, codes turned into identifiers.

The sample city and every importer end here. A frame names things by their codes; each ``store_…``
function looks the identifiers up, reserves new ones and copies. Nothing is committed here: the caller
holds the transaction.
"""
