"""Yardsticks that need no search, all with closed-form filters for a set of offsets, and what is compared with."""

import numpy as np

from beamwright.core import USUAL, guarded
from beamwright.systems.cellfree import model, options
from beamwright.systems.cellfree.design import finish, maximise_worst_case
from beamwright.systems.cellfree.known import checked, paths_of
from beamwright.systems.cellfree.model import Filters, Point
from beamwright.systems.cellfree.oracle import candidates
from beamwright.systems.cellfree.results import Design, Known
from beamwright.systems.cellfree.scenario import Scenario
from beamwright.systems.cellfree.sizes import design_bytes
from beamwright.systems.cellfree.start import conjugate_beam, fixed_layouts, leakage_beam


@guarded(Scenario, options.Solver, design_bytes)
def fixed_array(
    s: Scenario,
    known: Known,
    starts: int = USUAL,
    radar_sinr_db: float | None = USUAL,
    full_power: bool = USUAL,
    rounds: int = USUAL,
    steps: int = USUAL,
    seed: int = USUAL,
) -> Design:
    """``maximise_worst_case`` with antennas that stay half a wavelength apart."""
    return maximise_worst_case(
        s, known, starts, movable=False, radar_sinr_db=radar_sinr_db, full_power=full_power, rounds=rounds, steps=steps,
        seed=seed,
    )  # fmt: skip


@guarded(Scenario, options.Solver, design_bytes)
def non_robust(
    s: Scenario,
    known: Known,
    starts: int = USUAL,
    radar_sinr_db: float | None = USUAL,
    full_power: bool = USUAL,
    rounds: int = USUAL,
    steps: int = USUAL,
    seed: int = USUAL,
) -> Design:
    """``maximise_worst_case`` for no offsets at all; its worst case is that of the range."""
    return maximise_worst_case(
        s, known, starts, robust=False, radar_sinr_db=radar_sinr_db, full_power=full_power, rounds=rounds, steps=steps,
        seed=seed,
    )  # fmt: skip


@guarded(Scenario, options.Nothing, design_bytes)
def silence(s: Scenario, known: Known) -> Design:
    """Nobody radiates: the users keep their rates, the radar has none."""
    known = checked(s, known)
    tx, rx = fixed_layouts(s, len(known.echo_gain))
    return _designed(s, known, tx, rx, np.zeros(tx.shape, complex))


@guarded(Scenario, options.Nothing, design_bytes)
def conjugate_beams(s: Scenario, known: Known) -> Design:
    """Fixed arrays, beams matched to the target, all power."""
    known = checked(s, known)
    tx, rx = fixed_layouts(s, len(known.echo_gain))
    return _designed(s, known, tx, rx, np.sqrt(s.ap_power_w) * conjugate_beam(s, paths_of(known), tx))


@guarded(Scenario, options.Nothing, design_bytes)
def leakage_beams(s: Scenario, known: Known) -> Design:
    """Fixed arrays, beams that light the target and spare all receive arrays, all power."""
    known = checked(s, known)
    tx, rx = fixed_layouts(s, len(known.echo_gain))
    return _designed(s, known, tx, rx, np.sqrt(s.ap_power_w) * leakage_beam(s, paths_of(known), tx, rx))


def yardsticks(s: Scenario, known: Known) -> dict[str, Design]:
    """What every design should be held against: ``silence``, ``conjugate``, ``leakage``."""
    return {
        "silence": silence(s, known), "conjugate": conjugate_beams(s, known), "leakage": leakage_beams(s, known)
    }  # fmt: skip


def scenario_offsets(s: Scenario) -> np.ndarray:
    """(scenarios, aps) in Hz: none, and the vertices."""
    return s.offset_range_hz * candidates(s.aps, 0)


def filters_for(s: Scenario, known: Known, point: Point, offsets_hz: np.ndarray | None = None) -> Filters:
    """Closed-form filters, all scenarios counting the same; ``known`` is checked."""
    offsets = scenario_offsets(s) if offsets_hz is None else offsets_hz
    scenarios = model.scenarios_of(s, np.broadcast_to(offsets, (len(known.echo_gain), *offsets.shape)))
    weights = np.full((len(known.echo_gain), len(offsets)), 1 / len(offsets))
    return model.best_filters(s, model.air(paths_of(known), point), scenarios, weights)


def _designed(s: Scenario, known: Known, tx: np.ndarray, rx: np.ndarray, beams: np.ndarray) -> Design:
    powers = np.full((len(tx), s.users), s.user_power_w / max(s.users, 1))
    filters = filters_for(s, known, Point(tx, rx, beams, powers))
    return finish(s, known, tx, rx, beams, powers, filters)
