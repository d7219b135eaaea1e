"""Memory that draws and designs need at least, from their largest arrays."""

from collections.abc import Mapping

from beamwright.core import COMPLEX, REAL, leading
from beamwright.core.sizes import whole
from beamwright.systems.dma_noma.scenario import Scenario

_TRIES, _CHECKED = 200, 3200
"""Azimuths tried per group in a draw; positions per user against which a design is checked."""
_POSITIONS = 5
"""Positions of a scenario set, at least; for a panel of rows twice as many."""


def draw_bytes(s: Scenario, drops: int) -> tuple[float, dict[str, int]]:
    """Bytes of the azimuths tried and the positions, and the sizes they depend on."""
    return 2.0 * REAL * drops * s.groups * (_TRIES + 6), {"drops": drops, "groups": s.groups}


def design_bytes(s: Scenario, known: object, options: Mapping[str, object]) -> tuple[float, dict[str, int]]:
    """Bytes of channels at the scenario positions, reference waves for every start, and the positions that check."""
    known = getattr(known, "known", known)
    drops, starts = leading(getattr(known, "near_positions_m", ()), 3), whole(options, "starts", 1)
    positions = (1 if s.position_error_m == 0 else _POSITIONS) * (1 if s.rows == 1 else 2)
    lanes, steps = drops * starts, whole(options, "rounds", 0)
    need = lanes * (COMPLEX * s.elements * (2 * s.groups * positions + s.chains) + REAL * steps)
    need += 2 * REAL * drops * 2 * s.groups * _CHECKED * 3
    return float(need), {
        "drops": drops,
        "groups": s.groups,
        "elements": s.elements,
        "chains": s.chains,
        "starts": starts,
    }
