"""Proposed design: amplitudes, beams and powers of largest guaranteed rate (spec dma_noma, section 6)."""

from dataclasses import replace

import numpy as np

from beamwright.core import USUAL, Status, parameter, ranges, require
from beamwright.systems.dma_noma.methods.base import SearchOptions, completed, design_of, guarded_method
from beamwright.systems.dma_noma.physics import DENSITY, Design, Known, Scenario, checked, model, scenario_points
from beamwright.systems.dma_noma.solve import (
    MARGIN,
    MISSING,
    Frame,
    Objective,
    Options,
    Points,
    SearchResult,
    channel_sets,
    frame_of,
    scenario_sets,
    search_from_starts,
)
from beamwright.systems.dma_noma.types import MET, TRUSTED

GROWING = (0.0, 0.25, 0.5)
"""Shares of the radius through which a homotopy comes to the whole of it."""
CUTS = 4
"""At most so often do the adversary's positions join the set."""
GRID = 1e-6
"""Grid in wavelengths on which positions join the set: a search makes anything of a last digit."""


class RobustOptions(SearchOptions):
    """Options of the proposed design."""

    density: float = parameter(DENSITY, "Density of positions across a ball", source="spec, section 4", gt=0, le=1e6)
    homotopy: bool = parameter(False, "One more start, that comes from the estimates through growing balls")
    objective: Objective = parameter(
        "weighted-sum", "Sum of weighted least rates; least rate of all users; or the weighted rate per watt drawn"
    )
    assumed_error_m: float | None = parameter(
        None, "Radius that is designed for; default: the scenario's", unit="m", **ranges.METRES
    )
    assumed_subcarriers: int | None = parameter(
        None, "Subcarriers that are designed for, 1: the carrier alone; default: the scenario's", ge=1, le=64
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
    assumed_subcarriers: int | None = USUAL,
    objective: Objective = USUAL,
) -> Design:
    """Largest sum of weighted least rates over every user's ball of positions.

        max over amplitudes, beams, powers   sum_i  w min R_N,i + (1 - w) min R_F,i      s.t. least rates >= required

    Amplitudes and beams together by projected BFGS on smoothed maxima over positions, then powers, and again. Where the
    adversary finds more than 0.05 bit/s/Hz less than the set promises, or breaks a required rate, its positions join
    the set and the search goes on, up to four times; what it broke is then asked for with a margin.

    Args:    starts per drop, the first from hologram and zero forcing, further ones random, drop number i from
             fold_in(key(seed), i): all are followed for a round, the best to the end; rounds of search and powers;
             steps of BFGS per sharpness; density of the scenario set across the ball; homotopy: one more candidate,
             that comes from the estimates through a quarter and half of the radius; assumed_error_m: the radius that is
             designed for, default the scenario's (the certificate has that anyway); assumed_subcarriers: how many share
             the band in the design, 1 for a design of the carrier alone, default the scenario's; objective: ``max-min``
             for the least rate of all users instead, ``energy-efficiency`` for the weighted rate over the power drawn,
             which may spend less than P (``Scenario.consumption_w``).
    Returns: Design; ``trace`` never falls: the objective over the set that the search began with, less what missed
             rates cost (of energy efficiency in bit/s/Hz, times the consumption at full power). Never worse, for that
             set, than zero forcing and focusing with the best powers. Status ``feasible``, ``stopped`` or
             ``qos_infeasible`` (best effort), see ``Certificate``.
    Raises:  ValueError naming the argument.
    """
    known, options = checked(scenario, known), Options(rounds, steps, objective=objective)
    room = float(np.linalg.norm(known.positions_m, axis=-1).min(initial=np.inf)) - scenario.half_extent_m
    rule = f"be >= 0 and less than what is between the antenna and the nearest user, {room:.3g} m"
    require(assumed_error_m is None or 0 <= assumed_error_m < room, "assumed_error_m", rule, assumed_error_m)
    assumed = scenario if assumed_error_m is None else scenario.with_ball(assumed_error_m)
    if assumed_subcarriers is not None:
        assumed = assumed.derived(subcarriers=assumed_subcarriers)
    frame = frame_of(scenario, known)
    others = (_grown(assumed, frame.known, density, options, seed),) if homotopy else ()
    sets = scenario_sets(assumed, frame.known, density)
    result = search_from_starts(assumed, frame.known, sets, starts, options, seed, others=others)
    design = design_of(assumed, known, frame.restored(result))
    design = _closed(assumed, known, frame, density, result, design, options._replace(rounds=max(1, rounds // 4)), seed)
    return design if assumed is scenario else completed(scenario, known, design)


def _closed(
    s: Scenario,
    known: Known,
    frame: Frame,
    density: float,
    result: SearchResult,
    best: Design,
    options: Options,
    seed: int,
) -> Design:
    """Best designs after the adversary's positions joined the sets of those that it disproved."""
    open_, now = np.arange(len(best.status)), best
    joined = np.full((*known.positions_m.shape[:2], CUTS, 3), np.nan)
    margin = np.full(len(open_), MARGIN)
    for cut in range(CUTS):
        proof = now.certificate
        broken = np.where(result.feasible & (proof.verified_shortfall > MET), proof.verified_shortfall + MARGIN, 0.0)
        disproved = (proof.guaranteed_sum_rate - proof.verified_sum_rate > TRUSTED) | (broken > 0)
        if not disproved.any():
            break
        open_, frame, now = open_[disproved], frame.take(disproved), now.take(disproved)
        joined, margin = joined[disproved], (margin + broken)[disproved]
        result = SearchResult(*(a[disproved] for a in result))
        joined[:, :, cut] = _on_grid(s, frame, now.certificate.worst_positions_m)
        sets = scenario_sets(s, frame.known, density, joined=joined)._replace(margin=margin)
        start = result.responses, result.beams
        result = search_from_starts(s, frame.known, sets, 1, options, seed, start)
        before, users = best.take(open_), known.take(open_)
        now = design_of(s, users, frame.restored(result))
        now = replace(now, trace=before.trace, iterations=before.iterations + now.iterations)
        better = _rank(s, users, now, options.objective) > _rank(s, users, before, options.objective)
        best = best.put(open_[better], now.take(better))
    return best


def _on_grid(s: Scenario, frame: Frame, positions_m: np.ndarray) -> np.ndarray:
    """Positions of the adversary in the search's frame, on the grid around the estimates."""
    centre, step = frame.known.positions_m, GRID * s.wavelength_m
    return centre + step * np.round((frame.positions(positions_m) - centre) / step)


def _rank(s: Scenario, known: Known, design: Design, objective: Objective) -> np.ndarray:
    """Order of designs (drops,): what may be relied on, then demands met, then the verified objective."""
    proof = design.certificate
    valid = np.select([proof.status == Status.FEASIBLE, proof.status == Status.STOPPED], [2.0, 1.0], 0.0)
    missing = model.missed(s, known, proof.verified_near_rates, proof.verified_far_rates).sum(axis=-1)
    reached = proof.verified_weighted_rate
    if objective == "max-min":
        reached = np.minimum(proof.verified_near_rates, proof.verified_far_rates).min(axis=-1)
    elif objective == "energy-efficiency":
        reached = proof.verified_energy_efficiency * s.consumption_w(s.power_w, design.beams.shape[1])
    return 1e6 * valid + reached - MISSING * missing


def _grown(s: Scenario, known: Known, density: float, options: Options, seed: int) -> Points:
    """Points of searches from the estimates to the whole balls, every result the start of the next."""
    points, count = scenario_points(s, known, density)
    present, start = np.arange(points.shape[2]) < count[..., None], None
    for share in (*GROWING, 1.0):
        sets = channel_sets(s, known, points[:, :, :1] + share * (points - points[:, :, :1]), present)
        result = search_from_starts(s, known, sets, 1, options, seed, start)
        start = result.responses, result.beams
    assert start is not None
    return start
