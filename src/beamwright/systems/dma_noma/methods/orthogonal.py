"""Baselines of orthogonal access: near and far users in turns, or in half a band each (spec dma_noma, section 6)."""

from dataclasses import replace
from typing import Literal

import numpy as np

from beamwright.core import USUAL, parameter, require
from beamwright.optim.power_allocation import allocate_power
from beamwright.systems.dma_noma.methods.base import SearchOptions, certified_design, guarded_method
from beamwright.systems.dma_noma.methods.robust import maximise_guaranteed_rate
from beamwright.systems.dma_noma.physics import Access, Design, Known, Scenario, checked, closed_forms, model
from beamwright.systems.dma_noma.solve import Options, SearchResult, frame_of, scenario_sets, search_from_starts

Share = Literal["halves", "minimum"]
_ROUNDS = 30
"""Rounds of the damped fixed point between powers and interference."""


class TdmaOptions(SearchOptions):
    """Options of time division."""

    share: Share = parameter("halves", "Shares of time: halves, or far users their minimum")


@guarded_method(TdmaOptions)
def tdma(
    scenario: Scenario,
    known: Known,
    share: Share = USUAL,
    starts: int = USUAL,
    rounds: int = USUAL,
    steps: int = USUAL,
    seed: int = USUAL,
) -> Design:
    """Near users in one slot, far users in the other, each with full power and a robust design of its own.

    Args:    share halves, or minimum: far users get only the time in which the last of them has its required rate,
             max over far users of rate_far / (its verified rate in a slot of their own); at most all of it.
    Raises:  ValueError naming the argument.
    """
    require(share in ("halves", "minimum"), "share", "be 'halves' or 'minimum'", repr(share))
    known, options = checked(scenario, known), Options(rounds, steps)
    frame = frame_of(scenario, known)
    places = frame.known.near_positions_m, frame.known.far_positions_m
    near, far = (
        frame.restored(_slot(scenario, frame.known, place, scattering, 2 * rate, starts, options, seed))
        for place, scattering, rate in zip(
            places, (0.0, scenario.scattering_radius), (scenario.rate_near, scenario.rate_far), strict=True
        )
    )
    powers = np.stack([near.powers_w.sum(axis=-1), far.powers_w.sum(axis=-1)], axis=-1)

    def design(shares: np.ndarray) -> Design:
        weights = 2 * shares * np.array([scenario.weight, 1 - scenario.weight])
        courses = (np.fmax.accumulate(slot.trace, axis=1) for slot in (near, far))
        return certified_design(
            scenario, known, near.responses, near.beams, powers, access=Access.TDMA, share=shares,
            far=(far.responses, far.beams),
            trace=sum(weight[:, None] * course for weight, course in zip(weights.T, courses, strict=True)),
            iterations=np.maximum(near.rounds, far.rounds),
        )  # fmt: skip

    halves = design(np.full((len(powers), 2), 0.5))
    if share == "halves":
        return halves
    return design(closed_forms.minimum_share(scenario, halves.certificate.verified_far_rates / 0.5))


@guarded_method(SearchOptions)
def fdma(
    scenario: Scenario, known: Known, starts: int = USUAL, rounds: int = USUAL, steps: int = USUAL, seed: int = USUAL
) -> Design:
    """Amplitudes and beams of the robust NOMA design; near and far users in half a band each, half the power each."""
    known = checked(scenario, known)
    noma = maximise_guaranteed_rate(scenario, known, starts, rounds, steps, seed=seed)
    h, (near, far) = scenario_sets(scenario, known).h, model.transmissions(scenario, known, noma)
    near_w = _water_filling(h[:, : scenario.groups], near, 0.5 * scenario.power_w, 2 * scenario.rate_near)
    far_w = _water_filling(h[:, scenario.groups :], far, 0.5 * scenario.power_w, 2 * scenario.rate_far)
    powers = np.stack([near_w, far_w], axis=-1)
    return certified_design(
        scenario, known, noma.responses, noma.beams, powers, access=Access.FDMA, share=(0.5, 0.5),
        iterations=noma.iterations,
    )  # fmt: skip


def _water_filling(h: np.ndarray, sent: model.Transmission, power_w: float, rate: float) -> np.ndarray:
    """Powers (drops, groups) in half a band, whose interference moves with them, halfway at a time."""
    powers = np.full(sent.powers_w.shape, power_w / sent.powers_w.shape[1])
    for _ in range(_ROUNDS):
        ratio = model.ratios(h, sent._replace(powers_w=powers, noise_w=0.5 * sent.noise_w)).max(axis=-1)
        filled = allocate_power(ratio, ratio, power_w, 0.5, rate, 0.0)
        powers = 0.5 * (powers + filled.x.sum(axis=-1))
    return powers


def _slot(
    s: Scenario,
    known: Known,
    place: np.ndarray,
    scattering: float,
    rate: float,
    starts: int,
    options: Options,
    seed: int,
) -> SearchResult:
    """Search for users of one kind alone: the kernel's far users are the near ones again, and need no rate."""
    twice = replace(known, near_positions_m=place, far_positions_m=place)
    sets = scenario_sets(s, twice)._replace(scattering=np.full(2 * s.groups, scattering))
    slot = s.derived(rate_near=rate, rate_far=0.0, weight=0.5)
    return search_from_starts(slot, twice, sets, starts, options, seed)
