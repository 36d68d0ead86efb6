"""How long things take: one module per subject, run by ``make bench``."""

import os

# What is not about access is asked of an open server; servers in processes of their own inherit it.
os.environ.setdefault("GRIDGOV_ACCESS", "open")
