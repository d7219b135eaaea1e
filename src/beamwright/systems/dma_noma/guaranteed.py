"""The proposed design: amplitudes, beams and powers of largest guaranteed rate (spec dma_noma, section 6)."""

from collections.abc import Callable
from typing import Any, Literal

import numpy as np

from beamwright.core import USUAL, guarded, require
from beamwright.systems.dma_noma import options
from beamwright.systems.dma_noma.certificate import scenario_points
from beamwright.systems.dma_noma.cutting_set import cutting_set
from beamwright.systems.dma_noma.design import Sets, beams_of, best_of, designed_at, scenario_sets, solve
from beamwright.systems.dma_noma.geometry import channels
from beamwright.systems.dma_noma.known import checked
from beamwright.systems.dma_noma.results import Design, Known
from beamwright.systems.dma_noma.scenario import Scenario
from beamwright.systems.dma_noma.search import Options, Reached
from beamwright.systems.dma_noma.sizes import design_bytes

Solver = Literal["first-order", "sdr-sca", "cutting-set"]
GROWING = (0.0, 0.25, 0.5)
"""Shares of the radius through which a homotopy comes to the whole of it."""


@guarded(Scenario, options.Robust, design_bytes)
def maximise_guaranteed_rate(
    s: Scenario, known: Known, starts: int = USUAL, method: Solver = "first-order", **options: Any
) -> Design:
    """Largest sum of weighted least rates over every user's ball of positions.

        max over amplitudes, beams, powers   sum_i  w min R_N,i + (1 - w) min R_F,i      s.t. least rates >= required

    Args:    starts per drop, of which the best is kept, the first from hologram and zero forcing, further ones random,
             drop number i from fold_in(key(seed), i); method ``first-order`` (the main solver, options of
             ``first_order``), ``cutting-set`` (see ``cutting_set``) or ``sdr-sca`` (CVXPY, extra ``reference``, see
             ``reference.sdr_sca``).
    Returns: Design; ``trace`` never falls. Status ``feasible`` or ``qos_infeasible`` (best effort).
    Raises:  ValueError naming the argument.
    """
    require(starts >= 1, "starts", "be >= 1", starts)
    solvers: dict[str, Callable[..., Design]] = {
        "first-order": first_order, "cutting-set": cutting_set, "sdr-sca": sdr_sca,
    }  # fmt: skip
    require(method in solvers, "method", f"be one of {', '.join(solvers)}", repr(method))
    return solvers[method](s, known, starts=starts, **options)


@guarded(Scenario, options.Robust, design_bytes)
def first_order(
    s: Scenario,
    known: Known,
    starts: int = USUAL,
    rounds: int = USUAL,
    steps: int = USUAL,
    density: float = USUAL,
    seed: int = USUAL,
    homotopy: bool = USUAL,
    assumed_error_m: float | None = USUAL,
) -> Design:
    """Amplitudes and beams together by projected BFGS on smoothed maxima over positions, then powers, and again.

    Args:    rounds of search and powers; steps of BFGS per sharpness; density of the scenario set along the ball;
             homotopy: one more start, that comes from the estimates through a quarter and half of the radius;
             assumed_error_m: the radius that is designed for, default the scenario's (the certificate has that anyway).
    Others, Returns, Raises: as ``maximise_guaranteed_rate``.
    """
    for name, count in (("rounds", rounds), ("steps", steps)):
        require(count >= 1, name, "be >= 1", count)
    require(density > 0, "density", "be > 0", density)
    known, options = checked(s, known), Options(rounds, steps)
    room = float(np.linalg.norm(known.positions_m, axis=-1).min(initial=np.inf)) - s.half_extent_m
    rule = f"be >= 0 and less than what is between the antenna and the nearest user, {room:.3g} m"
    require(assumed_error_m is None or 0 <= assumed_error_m < room, "assumed_error_m", rule, assumed_error_m)
    assumed = s if assumed_error_m is None else s.model_copy(update={"position_error_m": assumed_error_m})
    reached = solve(s, known, scenario_sets(assumed, known, density), starts, options, seed)
    if homotopy:
        grown = _grown(assumed, known, density, options, seed)
        both = zip(reached, grown, strict=True)
        reached = best_of(Reached(*(np.stack(pair, axis=1).reshape(-1, *pair[0].shape[1:]) for pair in both)), 2)
    return designed_at(s, known, reached)


def _grown(s: Scenario, known: Known, density: float, options: Options, seed: int) -> Reached:
    """From the estimates to the whole balls, every design the start of the next."""
    points, count = scenario_points(s, known, density)
    present = np.arange(points.shape[2]) < count[..., None]
    scattering, at = np.repeat([0.0, s.scattering_radius], s.groups), None
    for share in (*GROWING, 1.0):
        there = points[:, :, :1] + share * (points - points[:, :, :1])
        reached = solve(s, known, Sets(channels(s, there), present, scattering), 1, options, seed, at)
        at = reached.amplitudes, beams_of(reached)
    return reached


@guarded(Scenario, options.SdrSca, design_bytes)
def sdr_sca(
    s: Scenario, known: Known, starts: int = USUAL, rounds: int = USUAL, density: float = USUAL, seed: int = USUAL
) -> Design:
    """``reference.sdr_sca``, imported when asked for."""
    from beamwright.systems.dma_noma.reference import sdr_sca as by_cvxpy  # an extra: imported when asked for

    return by_cvxpy(s, known, starts, rounds, density, seed)
