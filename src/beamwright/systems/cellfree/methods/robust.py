"""Designs of largest worst-case utility by search; and its variants with fixed arrays, and without robustness."""

import jax
import numpy as np

from beamwright.core import USUAL, Config, Status, db_to_linear, guarded, parameter, ranges, require
from beamwright.systems.cellfree import physics
from beamwright.systems.cellfree.methods.certified import certified_design
from beamwright.systems.cellfree.scene import Design, Known, Scenario, checked, design_bytes
from beamwright.systems.cellfree.solve import Options, multistart


class Solver(Config):
    """Options of designs by deterministic search."""

    starts: int = parameter(12, "Starts per drop, of which the best is kept", source="spec, section 6", **ranges.STARTS)
    radar_sinr_db: float | None = parameter(
        None, "Least SINR of the radar whatever the offsets", unit="dB", **ranges.DECIBELS
    )
    full_power: bool = parameter(False, "Whether every access point radiates all its power")
    assumed_csi_error: float | None = parameter(
        None, "Error of users' channels that is designed for; None: the scenario's", source="ours", ge=0, lt=1
    )
    assumed_target_error_m: float | None = parameter(
        None, "Error of the target's place that is designed for; None: the scenario's", unit="m", source="ours", ge=0,
        le=1e9,
    )  # fmt: skip
    rounds: int = parameter(
        3, "Rounds of search, each with the best quarter of the one before", source="spec, section 6", ge=1, le=1000
    )
    steps: int = parameter(
        300, "Steps of Adam per round; a third in the first", source="spec, section 6", **ranges.ROUNDS
    )
    seed: int = parameter(0, "Seed of random starts; drop i uses fold_in(key(seed), i)", **ranges.SEED)


@guarded(Scenario, Solver, design_bytes)
def maximise_worst_case(
    scenario: Scenario,
    known: Known,
    starts: int = USUAL,
    movable: bool = True,
    robust: bool = True,
    radar_sinr_db: float | None = USUAL,
    full_power: bool = USUAL,
    rounds: int = USUAL,
    steps: int = USUAL,
    seed: int = USUAL,
    initial: Design | None = None,
    assumed_csi_error: float | None = USUAL,
    assumed_target_error_m: float | None = USUAL,
) -> Design:
    """Design of largest worst-case utility over all carrier offsets within the range.

        max over beams, layouts, powers, filters   min over f   beta m(gamma_r) + (1 - beta) sum_u m(gamma_u)

    Never below silence where that is allowed, nor, with moving antennas, below ``fixed_array`` with the same options,
    both by the search's own oracle. Order of users and paths, mirrored arrays, common phases and units change nothing;
    an access point's index is its code, and counts.

    Args:    starts per drop, of which the best by the oracle is kept, drop number i from fold_in(key(seed), i);
             movable: antennas may move within the region, else they stay half a wavelength apart; robust: designed for
             a set of offsets, else for none (what that is worth the certificate says); radar_sinr_db: least SINR of the
             radar whatever the offsets, so that silence is no answer; full_power: every access point radiates all it
             may; assumed_csi_error: error of users' channels that is designed for, default the scenario's, which the
             certificate has anyway, and assumed_target_error_m the same of the target's place; initial: a design that
             the first start goes on from, with the radar held up, since silence is a strong local optimum; the result
             is never worse than it, but for full_power, which it may lack; rounds of search, each with the best quarter
             of the starts before and one more of their worst offsets; steps of Adam in each, the first a third of them.
    Returns: Design; status ``feasible``, or ``qos_infeasible`` where the required radar SINR was not reached.
    Raises:  ValueError naming the argument.
    Source:  spec cellfree, section 6.
    """
    known = checked(scenario, known)
    require(movable or initial is None, "initial", "be none where antennas do not move", "a design")
    least = 0.0 if radar_sinr_db is None else float(db_to_linear(radar_sinr_db))
    options = Options(movable, robust, full_power, starts, rounds, steps, seed, float(np.log2(1 + least)))
    given = None if initial is None else physics.point_of(scenario, known, initial)
    given_errors = {"csi_error": assumed_csi_error, "target_error_m": assumed_target_error_m}
    assumed = scenario.derived(**{name: error for name, error in given_errors.items() if error is not None})
    found = multistart(assumed, known, options, given)
    design = certified_design(
        scenario, known, found.point, found.filters, required=least, trace=found.trace, iterations=found.iterations
    )
    if initial is None or full_power:  # a given design need not radiate all it may
        return design
    return _no_worse(scenario, known, design, initial, least)


def _no_worse(s: Scenario, known: Known, design: Design, initial: Design, required: float) -> Design:
    """A design, or the one it began with where that has the better certificate."""
    point = physics.point_of(s, known, initial)
    own = initial.user_filters is not None and initial.radar_filter is not None
    filters = physics.filters_of(s, known, initial.receivers) if own else physics.robust_filters(s, known, point)
    before = certified_design(s, known, point, filters, required=required)
    after = physics.point_of(s, known, design), physics.filters_of(s, known, design.receivers)
    meets, met = (np.asarray(each.status) == Status.FEASIBLE for each in (before, design))
    assert before.worst_case_utility is not None and design.worst_case_utility is not None
    kept = meets & (~met | (before.worst_case_utility > design.worst_case_utility))

    def better(old: np.ndarray, new: np.ndarray) -> np.ndarray:
        return np.where(kept.reshape(-1, *(1,) * (new.ndim - 1)), old, new)

    best: tuple[physics.Point, physics.Filters] = jax.tree.map(better, (point, filters), after)
    return certified_design(s, known, *best, required=required, trace=design.trace, iterations=design.iterations)


@guarded(Scenario, Solver, design_bytes)
def fixed_array(
    scenario: Scenario,
    known: Known,
    starts: int = USUAL,
    radar_sinr_db: float | None = USUAL,
    full_power: bool = USUAL,
    rounds: int = USUAL,
    steps: int = USUAL,
    seed: int = USUAL,
    assumed_csi_error: float | None = USUAL,
    assumed_target_error_m: float | None = USUAL,
) -> Design:
    """``maximise_worst_case`` with antennas that stay half a wavelength apart."""
    return maximise_worst_case(
        scenario, known, starts, movable=False, radar_sinr_db=radar_sinr_db, full_power=full_power,
        assumed_csi_error=assumed_csi_error, assumed_target_error_m=assumed_target_error_m, rounds=rounds, steps=steps,
        seed=seed,
    )  # fmt: skip


@guarded(Scenario, Solver, design_bytes)
def non_robust(
    scenario: Scenario,
    known: Known,
    starts: int = USUAL,
    radar_sinr_db: float | None = USUAL,
    full_power: bool = USUAL,
    rounds: int = USUAL,
    steps: int = USUAL,
    seed: int = USUAL,
    assumed_csi_error: float | None = USUAL,
    assumed_target_error_m: float | None = USUAL,
) -> Design:
    """``maximise_worst_case`` for no offsets at all; its worst case is that of the range."""
    return maximise_worst_case(
        scenario, known, starts, robust=False, radar_sinr_db=radar_sinr_db, full_power=full_power,
        assumed_csi_error=assumed_csi_error, assumed_target_error_m=assumed_target_error_m, rounds=rounds, steps=steps,
        seed=seed,
    )  # fmt: skip
