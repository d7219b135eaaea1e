"""Fixed scenes for pictures: the users of the specification's first example, and one group straight ahead."""

from dataclasses import replace

import jax
import numpy as np

from beamwright.systems import dma_noma as dn

_NEAR_DEG, _FAR_DEG = {1: (0.0,), 2: (-20.0, 15.0)}, {1: (0.0,), 2: (-21.0, 16.5)}


def fixed(scenario: dn.Scenario, key: jax.Array, drops: int, first: int = 0) -> dn.Realisation:
    """One scene for every drop, for one or two groups; true positions in the balls are drawn."""
    drawn = dn.draw(scenario, key, drops, first)
    near, far = (
        np.repeat(_ring(radius, degrees[scenario.groups]), drops, axis=0)
        for radius, degrees in ((scenario.near_range_m, _NEAR_DEG), (scenario.far_range_m, _FAR_DEG))
    )
    known = dn.Known(near, far, None, drawn.known.drop)
    return replace(drawn, known=known, truth=drawn.truth - drawn.known.positions_m + known.positions_m)


def _ring(radius_m: float, azimuth_deg: tuple[float, ...]) -> np.ndarray:
    angle = np.deg2rad(azimuth_deg)
    return radius_m * np.stack([np.cos(angle), np.sin(angle), np.zeros_like(angle)], axis=-1)[None]
