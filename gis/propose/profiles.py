"""What the proposals differ in: the weights of the same costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gis.propose.options import ProposeOptions
from gis.propose.state import BAND, EVEN, HALF, HIGH, LOW, SHAPE, STAY, TARGET, TOUCH, WEIGHTS
from gis.words import Words

__all__ = ["Profile", "profiles_of"]

BAND_WEIGHT: Final = 4.0
READILY: Final = 0.3
"""So much of the usual weight of staying put have proposals that are good at one thing."""


@dataclass(frozen=True)
class Profile:
    """Weights of one kind of proposal.

    ``borders`` is that of all borders, ``roads`` how much their price depends on what runs along them.
    """

    name: Words
    even: float
    shape: float
    borders: float
    roads: float
    stay: float
    touch: float

    def weights(self, options: ProposeOptions, target: float) -> NDArray[np.float64]:
        """The vector that `gis.propose.state.zone_cost` takes."""
        weights = np.zeros(WEIGHTS)
        weights[LOW], weights[HIGH] = options.minimum, options.maximum
        weights[TARGET] = max(target, 1.0)
        weights[HALF] = max((options.maximum - options.minimum) / 2, 1.0)
        weights[BAND], weights[EVEN], weights[SHAPE] = BAND_WEIGHT, self.even, self.shape
        weights[STAY], weights[TOUCH] = self.stay, self.touch
        return weights


def profiles_of(options: ProposeOptions, *, warm: bool, streets: bool) -> tuple[Profile, ...]:
    """The kinds of proposals worth making, the one to look at first first.

    Parameters
    ----------
    warm
        Whether there are grids of today to hold on to.
    streets
        Whether it is known which borders follow streets.
    """
    usual = {
        "even": 0.06, "shape": options.compactness, "borders": 0.6, "roads": options.roads,
        "stay": 1.2 * options.stay if warm else 0.0, "touch": 0.35 * options.stay if warm else 0.0,
    }  # fmt: skip

    def like(name: Words, **other: float) -> Profile:
        return Profile(name, **{**usual, **other})

    # Who looks at these asks what it would cost in households that move: where today's grids are sound,
    # nothing would be shown otherwise.
    readily = {"stay": READILY * usual["stay"], "touch": READILY * usual["touch"]}
    profiles = [
        like(Words("均衡", "balanced")),
        like(Words("紧凑", "compact"), shape=3.0 * max(options.compactness, 0.5), borders=0.2, **readily),
        like(Words("户数均匀", "even"), even=1.5, **readily),
    ]
    if streets:
        roads = 1.7 * max(options.roads, 0.5)
        profiles.append(like(Words("沿路", "along streets"), roads=roads, borders=1.0, **readily))
    if warm:
        profiles.insert(
            1,
            like(
                Words("少变动", "few changes"),
                stay=6.0 * max(options.stay, 0.5),
                touch=2.0 * max(options.stay, 0.5),
                shape=0.4 * options.compactness,
            ),
        )
    return tuple(profiles[: options.proposals])
