"""Proposed design: amplitudes, beams and powers of largest guaranteed rate (spec dma_noma, section 6)."""

import numpy as np

from beamwright.core import USUAL, parameter, ranges, require
from beamwright.systems.dma_noma.methods.base import SearchOptions, design_of, guarded_method
from beamwright.systems.dma_noma.physics import Design, Known, Scenario, checked, scenario_points
from beamwright.systems.dma_noma.solve import (
    Options,
    SearchResult,
    best_of,
    channel_sets,
    scenario_sets,
    search_from_starts,
)

GROWING = (0.0, 0.25, 0.5)
"""Shares of the radius through which a homotopy comes to the whole of it."""


class RobustOptions(SearchOptions):
    """Options of the proposed design."""

    density: float = parameter(8.0, "Density of positions along a ball", source="spec, section 4", gt=0, le=1e6)
    homotopy: bool = parameter(False, "One more start, that comes from the estimates through growing balls")
    assumed_error_m: float | None = parameter(
        None, "Radius that is designed for; default: the scenario's", unit="m", **ranges.METRES
    )


@guarded_method(RobustOptions)
def maximise_guaranteed_rate(
    scenario: Scenario,
    known: Known,
    starts: int = USUAL,
    rounds: int = USUAL,
    steps: int = USUAL,
    density: float = USUAL,
    seed: int = USUAL,
    homotopy: bool = USUAL,
    assumed_error_m: float | None = USUAL,
) -> Design:
    """Largest sum of weighted least rates over every user's ball of positions.

        max over amplitudes, beams, powers   sum_i  w min R_N,i + (1 - w) min R_F,i      s.t. least rates >= required

    Amplitudes and beams together by projected BFGS on smoothed maxima over positions, then powers, and again.

    Args:    starts per drop, of which the best is kept, the first from hologram and zero forcing, further ones random,
             drop number i from fold_in(key(seed), i); rounds of search and powers; steps of BFGS per sharpness; density
             of the scenario set along the ball; homotopy: one more start, that comes from the estimates through a
             quarter and half of the radius; assumed_error_m: the radius that is designed for, default the scenario's
             (the certificate has that anyway).
    Returns: Design; ``trace`` never falls. Status ``feasible`` or ``qos_infeasible`` (best effort).
    Raises:  ValueError naming the argument.
    """
    known, options = checked(scenario, known), Options(rounds, steps)
    room = float(np.linalg.norm(known.positions_m, axis=-1).min(initial=np.inf)) - scenario.half_extent_m
    rule = f"be >= 0 and less than what is between the antenna and the nearest user, {room:.3g} m"
    require(assumed_error_m is None or 0 <= assumed_error_m < room, "assumed_error_m", rule, assumed_error_m)
    assumed = scenario if assumed_error_m is None else scenario.with_ball(assumed_error_m)
    result = search_from_starts(scenario, known, scenario_sets(assumed, known, density), starts, options, seed)
    if homotopy:
        pairs = zip(result, _search_growing_balls(assumed, known, density, options, seed), strict=True)
        result = best_of(SearchResult(*(np.stack(pair, axis=1).reshape(-1, *pair[0].shape[1:]) for pair in pairs)), 2)
    return design_of(scenario, known, result)


def _search_growing_balls(s: Scenario, known: Known, density: float, options: Options, seed: int) -> SearchResult:
    """Result of searches from the estimates to the whole balls, every result the start of the next."""
    points, count = scenario_points(s, known, density)
    present, start = np.arange(points.shape[2]) < count[..., None], None
    for share in (*GROWING, 1.0):
        sets = channel_sets(s, points[:, :, :1] + share * (points - points[:, :, :1]), present)
        result = search_from_starts(s, known, sets, 1, options, seed, start)
        start = result.amplitudes, result.complex_beams
    return result
