"""Baselines that the robust design must beat, all scored on the true balls (spec dma_noma, section 6)."""

from dataclasses import replace
from functools import partial

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
    digital = scenario.model_copy(update={"feeding": "digital", "feeds": None})
    known = checked(digital, replace(known_of(known, Known), reference_wave=None))
    return design_for_sets(digital, known, partial(scenario_sets, digital), starts, Options(rounds, steps), seed)


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
