"""Memory that draws and designs need at least, from their largest arrays."""

from collections.abc import Mapping

import numpy as np

from beamwright.core import COMPLEX, REAL, leading
from beamwright.core.ranges import as_numbers
from beamwright.core.sizes import whole
from beamwright.systems.dma_noma.scenario import Scenario
from beamwright.uncertainty import scenario_count

_TRIES, _CHECKED = 200, 3200
"""Azimuths tried per group in a draw; positions per user against which a design is checked."""
_DENSITY, _CERTIFIED = 8.0, 16.0
"""Density of scenario sets where a method has no option of that name, and of the certificate's, drop by drop."""


def draw_bytes(s: Scenario, drops: int) -> tuple[float, dict[str, int]]:
    """Bytes of the azimuths tried, the positions and what is scattered, and the sizes they depend on."""
    need = 2.0 * drops * s.groups * (REAL * (_TRIES + 6) + COMPLEX * s.elements)
    return need, {"drops": drops, "groups": s.groups, "elements": s.elements}


def design_bytes(s: Scenario, known: object, options: Mapping[str, object]) -> tuple[float, dict[str, int]]:
    """Bytes of channels at the scenario positions, reference waves for every start, and the positions that check."""
    known = getattr(known, "known", known)
    drops, starts = leading(getattr(known, "near_positions_m", ()), 3), whole(options, "starts", 1)
    steps, positions = whole(options, "rounds", 0), _scenarios(s, known, options.get("density", _DENSITY))
    certified = 2 * s.groups * _scenarios(s, known, _CERTIFIED)
    need = certified * (COMPLEX * s.elements + 3 * REAL * drops)
    channels, waves = s.subcarriers * 2 * s.groups * positions, (s.subcarriers + starts) * s.chains
    need += drops * COMPLEX * s.elements * (channels + waves)
    need += drops * REAL * (steps + starts * s.elements)
    need += 2 * REAL * drops * 2 * s.groups * _CHECKED * 3
    return float(need), {
        "drops": drops,
        "groups": s.groups,
        "elements": s.elements,
        "chains": s.chains,
        "subcarriers": s.subcarriers,
        "starts": starts,
    }


def _scenarios(s: Scenario, known: object, given: object) -> float:
    """Positions of the largest scenario set of a density, about."""
    density, places = as_numbers(given), as_numbers(getattr(known, "near_positions_m", None))
    if places is None or places.ndim == 0 or places.shape[-1] != 3 or not (places.size and np.isfinite(places).all()):
        places = np.array([s.near_range_m, 0.0, 0.0])
    dense = _DENSITY if density is None or density.ndim or not np.isfinite(density) else float(density)
    return scenario_count(places, s.error_size_m(places), s.extent_m, s.wavelength_m, dense)
