"""The ``gridgov`` command: one module per subject, put together in `cli.main`."""
