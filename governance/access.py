"""Who asks. Every transaction runs for a principal; row-level policies will read these claims."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Principal:
    """The person or program a transaction runs for.

    ``name`` is written into the history as the actor.
    """

    name: str

    def claims(self) -> dict[str, str]:
        """Settings of the transaction, readable in SQL as ``current_setting('gridgov.actor')``."""
        return {"gridgov.actor": self.name}


VISITOR = Principal("visitor")
"""Anyone who reaches the local server: accounts do not exist yet, the server listens on loopback only."""

OPERATOR = Principal("operator")
"""The person at the command line."""

NIGHTLY = Principal("nightly")
"""The program itself, doing what is due."""
