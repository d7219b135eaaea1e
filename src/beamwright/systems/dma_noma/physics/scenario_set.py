"""Scenario set of positions in every user's ball, and the least rates over it (spec dma_noma, section 4)."""

import numpy as np

from beamwright.systems.dma_noma.physics import model
from beamwright.systems.dma_noma.scene import Known, Scenario
from beamwright.systems.dma_noma.types import Design
from beamwright.uncertainty import position_scenarios

DENSITY, CERTIFIED_DENSITY = 8.0, 16.0
"""Density of the scenario set that designs are made for, and of the one that certificates are computed over."""
_CHANNELS = 2**20
"""Entries of channels computed at a time, about."""


def scenario_points(s: Scenario, known: Known, density: float = DENSITY) -> tuple[np.ndarray, np.ndarray]:
    """Positions S1 of every user, (drops, 2 groups, positions, 3), and how many of them count, (drops, 2 groups)."""
    size_m = s.error_size_m(known.positions_m, known.users)
    return position_scenarios(known.positions_m, size_m, s.extent_m, s.wavelength_m, density=density)


def guaranteed_rates(s: Scenario, known: Known, design: Design) -> tuple[np.ndarray, np.ndarray]:
    """Least rates (drops, groups) of near and far users over the scenario set of the certificate, twice as dense.

    A set of its own, finer than the one that designs are made for, so that none profits from the gaps of its set.
    """
    points, _ = scenario_points(s, known, CERTIFIED_DENSITY)
    sent, each = model.over_band(s, known, design), np.arange(len(points))
    parts = np.array_split(each, max(1, -(-points.size // 3 * s.elements // _CHANNELS)))
    ratios = [
        model.worst_in_band(s, known.take(part), points[part], [(a.take(part), b.take(part)) for a, b in sent])
        for part in parts
    ]
    near, far = (np.concatenate(kind) for kind in zip(*ratios, strict=True))
    return model.rates(design, near, far)
