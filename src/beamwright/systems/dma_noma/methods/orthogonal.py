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
    near, far = (frame.restored(_slot(scenario, frame.known, kind, starts, options, seed)) for kind in (0, 1))
    powers = np.stack([near.powers_w.sum(axis=-1), far.powers_w.sum(axis=-1)], axis=-1)

    def design(shares: np.ndarray) -> Design:
        weights = 2 * shares * scenario.weights.reshape(2, -1).mean(axis=1)
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
    return design(closed_forms.minimum_share(scenario, known, halves.certificate.verified_far_rates / 0.5))


@guarded_method(SearchOptions)
def fdma(
    scenario: Scenario, known: Known, starts: int = USUAL, rounds: int = USUAL, steps: int = USUAL, seed: int = USUAL
) -> Design:
    """Amplitudes and beams of the robust NOMA design; near and far users in half a band each, half the power each."""
    known = checked(scenario, known)
    noma = maximise_guaranteed_rate(scenario, known, starts, rounds, steps, seed=seed)
    h, sent = scenario_sets(scenario, known).h, model.over_band(scenario, known, noma)
    kinds = known.near_and_far(scenario.weights), known.near_and_far(2 * scenario.required_rates)
    powers = np.stack([
        _water_filling(each, kind, 0.5 * scenario.power_w, weight, rate)
        for each, kind, weight, rate in zip(np.split(h, 2, axis=2), zip(*sent, strict=True), *kinds, strict=True)
    ], axis=-1)  # fmt: skip
    return certified_design(
        scenario, known, noma.responses, noma.beams, powers, access=Access.FDMA, share=(0.5, 0.5),
        iterations=noma.iterations,
    )  # fmt: skip


def _water_filling(
    h: np.ndarray, sent: tuple[model.Transmission, ...], power_w: float, weight: np.ndarray, rate: np.ndarray
) -> np.ndarray:
    """Powers (drops, groups) in half a band, whose interference moves with them, halfway at a time.

    Args: h (drops, subcarriers, groups, positions, elements) and what is sent on every subcarrier.
    """
    powers = np.full(sent[0].powers_w.shape, power_w / sent[0].powers_w.shape[1])
    for _ in range(_ROUNDS):
        halves = (one._replace(powers_w=powers, noise_w=0.5 * one.noise_w) for one in sent)
        each = zip(np.moveaxis(h, 1, 0), halves, strict=True)
        ratio = model.largest(model.ratios(channels, half).max(axis=-1) for channels, half in each)
        filled = allocate_power(ratio, ratio, power_w, weight, rate, 0.0, weight_far=weight)
        powers = 0.5 * (powers + filled.x.sum(axis=-1))
    return powers


def _slot(s: Scenario, known: Known, kind: int, starts: int, options: Options, seed: int) -> SearchResult:
    """Search for near (0) or far (1) users alone: the kernel's far users are the near ones again, and need no rate.

    Half of the weights over their mean counts for every user.
    """
    place = known.far_positions_m if kind else known.near_positions_m
    twice = replace(known, near_positions_m=place, far_positions_m=place)
    weights, rates = (values.reshape(2, -1)[kind] for values in (s.weights, s.required_rates))
    slot = s.of_kind(kind).derived(rate_near=tuple(2 * rates), rate_far=0.0, weight=tuple(np.tile(weights, 2)))
    return search_from_starts(slot, twice, scenario_sets(slot, twice), starts, options, seed)
