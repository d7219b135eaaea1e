"""Baselines that the robust design must beat, all scored on the true balls (spec dma_noma, section 6)."""

from dataclasses import replace
from functools import partial

import numpy as np

from beamwright.core import USUAL, known_of
from beamwright.systems.dma_noma.methods.base import (
    NoOptions,
    SearchOptions,
    certified_design,
    design_for_sets,
    guarded_method,
)
from beamwright.systems.dma_noma.physics import Design, Known, Scenario, checked, closed_forms
from beamwright.systems.dma_noma.solve import Options, estimate_sets, scenario_sets


@guarded_method(SearchOptions)
def non_robust(
    scenario: Scenario, known: Known, starts: int = USUAL, rounds: int = USUAL, steps: int = USUAL, seed: int = USUAL
) -> Design:
    """Design by the first-order solver for the estimated positions alone.

    Args, Raises: as ``maximise_guaranteed_rate``.
    """
    known = checked(scenario, known)
    return design_for_sets(scenario, known, partial(estimate_sets, scenario), starts, Options(rounds, steps), seed)


@guarded_method(SearchOptions)
def planar_wave(
    scenario: Scenario, known: Known, starts: int = USUAL, rounds: int = USUAL, steps: int = USUAL, seed: int = USUAL
) -> Design:
    """Robust design that takes waves for plane: d_n = r - x_n . u. Args, Raises: as ``maximise_guaranteed_rate``."""
    known = checked(scenario, known)
    return design_for_sets(
        scenario, known, partial(scenario_sets, scenario, planar=True), starts, Options(rounds, steps), seed
    )


@guarded_method(SearchOptions)
def fully_digital(
    scenario: Scenario, known: Known, starts: int = USUAL, rounds: int = USUAL, steps: int = USUAL, seed: int = USUAL
) -> Design:
    """Robust design with a radio-frequency chain per element: an upper comparison for any amplitudes and feeds."""
    return _instead(scenario, known, "digital", None, starts, Options(rounds, steps), seed)


@guarded_method(SearchOptions)
def phase_shifters(
    scenario: Scenario, known: Known, starts: int = USUAL, rounds: int = USUAL, steps: int = USUAL, seed: int = USUAL
) -> Design:
    """Robust design with the surface's number of chains, each connected to every element by a phase shifter.

    W_nl = exp(j theta_nl) / sqrt(N L), passive like the surface (spec dma_noma, section 2): power that does not combine
    in phase at an element is lost in the combiner.
    """
    wave = known_of(known, Known).reference_wave
    chains = scenario.chains if wave is None else np.shape(wave)[-1]
    return _instead(scenario, known, "phase-shifters", chains, starts, Options(rounds, steps), seed)


def _instead(
    s: Scenario, known: Known, feeding: str, feeds: int | None, starts: int, options: Options, seed: int
) -> Design:
    """Robust design with another network between chains and elements."""
    other = s.model_copy(update={"feeding": feeding, "feeds": feeds, "element_weights": "amplitude"})
    known = checked(other, replace(known_of(known, Known), reference_wave=None))
    return design_for_sets(other, known, partial(scenario_sets, other), starts, options, seed)


@guarded_method(NoOptions)
def zero_forcing(scenario: Scenario, known: Known) -> Design:
    """Hologram for the near users, beams that null each other at them, powers for the estimates."""
    known = checked(scenario, known)
    return certified_design(scenario, known, *closed_forms.zero_forcing(scenario, known))


@guarded_method(NoOptions)
def focusing(scenario: Scenario, known: Known) -> Design:
    """Hologram for the near users, every beam matched to its own, powers for the estimates."""
    known = checked(scenario, known)
    return certified_design(scenario, known, *closed_forms.focusing(scenario, known))
