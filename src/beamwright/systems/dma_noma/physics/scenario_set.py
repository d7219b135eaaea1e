"""Scenario set of positions in every user's ball, and the least rates over it (spec dma_noma, section 4)."""

import numpy as np

from beamwright.systems.dma_noma.physics import geometry, model
from beamwright.systems.dma_noma.scene import Known, Scenario
from beamwright.systems.dma_noma.types import Design
from beamwright.uncertainty import position_scenarios


def scenario_points(s: Scenario, known: Known, density: float = 8.0) -> tuple[np.ndarray, np.ndarray]:
    """Positions S1 of every user, (drops, 2 groups, positions, 3), and how many of them count, (drops, 2 groups)."""
    return position_scenarios(
        known.positions_m,
        s.error_size_m(known.positions_m),
        s.aperture_m,
        s.wavelength_m,
        density=density,
        panel=s.rows > 1,
    )


def guaranteed_rates(s: Scenario, known: Known, design: Design) -> tuple[np.ndarray, np.ndarray]:
    """Least rates (drops, groups) of near and far users over the scenario set."""
    points, _ = scenario_points(s, known)
    ratios = model.worst_ratios(geometry.channels(s, points), model.transmissions(s, known, design))
    return model.rates(design, *ratios)
