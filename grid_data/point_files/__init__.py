"""Routing of points in files, without a database: reads, answers, writes in parts, goes on after a kill.

`sources` opens points of any form as batches, `layers` reads zones, `answers` turns a batch into rows of the
output, `parts` keeps what is finished, `run` is the engine on this machine and `cluster` the one on Dask.
"""
