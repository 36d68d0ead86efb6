"""How long things take: one module per subject, run by ``make bench``."""
