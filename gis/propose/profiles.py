"""What the proposals differ in: the weights of the same costs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gis.propose.options import ProposeOptions
from gis.propose.state import BAND, EVEN, FAR, HALF, HIGH, LOW, SHAPE, STAY, TARGET, TOUCH, WEIGHTS
from gis.words import Words

__all__ = ["MAINTAIN", "Profile", "profiles_of"]

FAR_SHARE: Final = 0.2
"""Households out of the band by this part of its middle, or by half its width, are far out."""
MAINTAIN: Final = {"band": 5.0, "stay": 6.0, "touch": 4.0}
"""Weights of the band, of households and of grids that stay as they are, where today's grids are maintained:
a grid a little out of the band is mended with its neighbours, but no sound one is touched for its shape."""
REDRAW: Final = {"band": 4.0, "stay": 1.2, "touch": 0.35}
"""The same where they are only where it begins."""
READILY: Final = {"band": 4.0, "stay": 0.36, "touch": 0.105}
"""The same for proposals that are good at one thing."""


@dataclass(frozen=True)
class Profile:
    """Weights of one kind of proposal.

    ``borders`` is that of all borders, ``roads`` how much their price depends on what runs along them.
    ``band`` is that of being out of the band at all. ``spares`` says whether the proposal is to keep the
    households that change within the usual share.
    """

    name: Words
    band: float
    even: float
    shape: float
    borders: float
    roads: float
    stay: float
    touch: float
    spares: bool = False

    def weights(self, options: ProposeOptions, target: float) -> NDArray[np.float64]:
        """The vector that `gis.propose.state.zone_cost` takes."""
        weights = np.zeros(WEIGHTS)
        weights[LOW], weights[HIGH] = options.minimum, options.maximum
        weights[TARGET] = max(target, 1.0)
        weights[HALF] = max((options.maximum - options.minimum) / 2, 1.0)
        weights[BAND], weights[EVEN], weights[SHAPE] = self.band, self.even, self.shape
        weights[STAY], weights[TOUCH] = self.stay, self.touch
        weights[FAR] = max(weights[HALF], FAR_SHARE * (options.minimum + options.maximum) / 2)
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
    hold = _scaled(REDRAW if options.redraw or not warm else MAINTAIN, options.stay if warm else 0.0)
    usual: dict[str, Any] = {
        "even": 0.06, "shape": options.compactness, "borders": 0.6, "roads": options.roads, **hold,
    }  # fmt: skip
    spares = warm and not options.redraw

    def like(name: Words, **other: float) -> Profile:
        return Profile(name, **{**usual, **other})

    # Who looks at these asks what it would cost in households that move: where today's grids are sound,
    # nothing would be shown otherwise.
    readily = _scaled(READILY, options.stay if warm else 0.0)
    profiles = [
        replace(like(Words("均衡", "balanced")), spares=spares),
        like(Words("紧凑", "compact"), shape=3.0 * max(options.compactness, 0.5), borders=0.2, **readily),
        like(Words("户数均匀", "even"), even=1.5, **readily),
    ]
    if streets:
        roads = 1.7 * max(options.roads, 0.5)
        profiles.append(like(Words("沿路", "along streets"), roads=roads, borders=1.0, **readily))
    if warm:
        few = _scaled(MAINTAIN, max(options.stay, 0.5))
        few["stay"] *= 2.0
        changes = like(Words("少变动", "few changes"), **few, shape=0.4 * options.compactness)
        profiles.insert(1, replace(changes, spares=spares))
    return tuple(profiles[: options.proposals])


def _scaled(weights: dict[str, float], stay: float) -> dict[str, float]:
    return {name: weight if name == "band" else weight * stay for name, weight in weights.items()}
