"""Whose telephones are told whole: of posts in some zones, or of some organisations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["ToldWhole"]


@dataclass(frozen=True)
class ToldWhole:
    """Posts whose telephones are told whole; those of others are masked.

    Attributes
    ----------
    everything
        All of them.
    zones, organisations
        Keys; a post in one of these zones, or of one of these organisations.
    """

    everything: bool = False
    zones: frozenset[int] = frozenset()
    organisations: frozenset[int] = frozenset()

    def parameters(self) -> Mapping[str, Any]:
        """For statements."""
        return {
            "whole": self.everything,
            "whole_zones": sorted(self.zones),
            "whole_organisations": sorted(self.organisations),
        }
