"""Position bounds of a scene: the geometry of a drop, antennas where a design puts them (spec cellfree, section 8)."""

import numpy as np
from numpy.typing import ArrayLike

from beamwright.core import require
from beamwright.metrics import Offsets, PositionBound, ResourceGrid
from beamwright.metrics import position_bound as bound_of
from beamwright.systems.cellfree.results import Geometry
from beamwright.systems.cellfree.scenario import Scenario
from beamwright.systems.cellfree.start import fixed_layouts


def position_bound(
    geometry: Geometry,
    resource_grid: ResourceGrid,
    snr: ArrayLike,
    offsets: Offsets = "consistent",
    scenario: Scenario | None = None,
    rx_positions: ArrayLike | None = None,
    target_m: ArrayLike | None = None,
) -> PositionBound:
    """``beamwright.metrics.position_bound`` for the first drop of a geometry.

    Args:    snr per resource element and antenna over the noise, (aps, aps) or a number; rx_positions (aps, antennas)
             in wavelengths, default four half a wavelength apart (the scenario's number); target_m (..., 2) instead of
             the geometry's, for maps.
    """
    s = Scenario() if scenario is None else scenario
    aps, axes = geometry.ap_positions_m[0], geometry.ap_axes[0]
    if rx_positions is None:
        require(len(aps) == s.aps, "scenario", f"have {len(aps)} aps like the geometry", s.aps)
        rx_positions = fixed_layouts(s, 1)[1][0]
    target = geometry.target_m[0] if target_m is None else target_m
    return bound_of(aps, axes, target, np.asarray(rx_positions), resource_grid, snr, s.wavelength_m, offsets)
