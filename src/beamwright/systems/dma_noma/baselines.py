"""What the robust design must beat, all scored on the true balls (spec dma_noma, section 6)."""

from typing import Literal

import numpy as np

from beamwright.arrays import hologram
from beamwright.core import USUAL, guarded, known_of, require
from beamwright.optim.power_allocation import allocate_power
from beamwright.systems.dma_noma import model, options
from beamwright.systems.dma_noma.design import Sets, designed, finish, scenario_sets, solve
from beamwright.systems.dma_noma.geometry import channels
from beamwright.systems.dma_noma.guaranteed import maximise_guaranteed_rate
from beamwright.systems.dma_noma.known import checked
from beamwright.systems.dma_noma.model import Sent
from beamwright.systems.dma_noma.results import Access, Design, Known
from beamwright.systems.dma_noma.scenario import Scenario
from beamwright.systems.dma_noma.search import Options, Reached
from beamwright.systems.dma_noma.sizes import design_bytes
from beamwright.systems.dma_noma.start import unit_columns
from beamwright.systems.dma_noma.start import zero_forcing as nulling

Share = Literal["halves", "minimum"]
_ROUNDS = 30
"""Of the damped fixed point between powers and interference."""


@guarded(Scenario, options.Solver, design_bytes)
def non_robust(
    s: Scenario, known: Known, starts: int = USUAL, rounds: int = USUAL, steps: int = USUAL, seed: int = USUAL
) -> Design:
    """The same solver for the estimated positions alone. Args, Raises: as ``maximise_guaranteed_rate``."""
    known = checked(s, known)
    return designed(s, known, _estimates(s, known), starts, Options(rounds, steps), seed)


@guarded(Scenario, options.Solver, design_bytes)
def planar_wave(
    s: Scenario, known: Known, starts: int = USUAL, rounds: int = USUAL, steps: int = USUAL, seed: int = USUAL
) -> Design:
    """Robust design that takes waves for plane: d_n = r - x_n . u. Args, Raises: as ``maximise_guaranteed_rate``."""
    known = checked(s, known)
    return designed(s, known, scenario_sets(s, known, planar=True), starts, Options(rounds, steps), seed)


@guarded(Scenario, options.Solver, design_bytes)
def fully_digital(
    s: Scenario, known: Known, starts: int = USUAL, rounds: int = USUAL, steps: int = USUAL, seed: int = USUAL
) -> Design:
    """Robust design with a radio-frequency chain per element: what any amplitudes and feeds fall short of."""
    digital = s.model_copy(update={"feeding": "digital", "feeds": None})
    known = known_of(known, Known)
    known = checked(digital, Known(known.near_positions_m, known.far_positions_m, None, known.drop))
    return designed(digital, known, scenario_sets(digital, known), starts, Options(rounds, steps), seed)


@guarded(Scenario, options.Nothing, design_bytes)
def zero_forcing(s: Scenario, known: Known) -> Design:
    """Hologram for the near users, beams that null each other there, powers for the estimates."""
    known = checked(s, known)
    amplitudes, near = _near_hologram(s, known)
    return _with_powers(s, known, amplitudes, nulling(near, amplitudes, known.wave))


@guarded(Scenario, options.Nothing, design_bytes)
def focusing(s: Scenario, known: Known) -> Design:
    """Hologram for the near users, every beam matched to its own, powers for the estimates."""
    known = checked(s, known)
    amplitudes, near = _near_hologram(s, known)
    effective = np.conj(np.swapaxes(amplitudes[..., None] * known.wave, -1, -2)) @ np.swapaxes(near, -1, -2)
    return _with_powers(s, known, amplitudes, unit_columns(effective))


@guarded(Scenario, options.Tdma, design_bytes)
def tdma(
    s: Scenario,
    known: Known,
    share: Share = USUAL,
    starts: int = USUAL,
    rounds: int = USUAL,
    steps: int = USUAL,
    seed: int = USUAL,
) -> Design:
    """Near users in one slot, far users in the other, each with full power and a robust design of its own.

    Args:    share halves, or minimum: far users get only the time in which their required rates add up,
             K rate_far / (sum of their rates in a slot of their own); at most all of it.
    Raises:  ValueError naming the argument.
    """
    require(share in ("halves", "minimum"), "share", "be 'halves' or 'minimum'", repr(share))
    known = checked(s, known)
    sets, options, groups = scenario_sets(s, known), Options(rounds, steps), s.groups
    near = _slot(s, known, sets, slice(0, groups), 2 * s.rate_near, starts, options, seed)
    far = _slot(s, known, sets, slice(groups, None), 2 * s.rate_far, starts, options, seed)
    powers = np.stack([near.powers_w.sum(axis=-1), far.powers_w.sum(axis=-1)], axis=-1)
    beams = [r.beams[:, 0] + 1j * r.beams[:, 1] for r in (near, far)]

    def shared(shares: np.ndarray) -> Design:
        return finish(
            s, known, near.amplitudes, beams[0], powers, access=Access.TDMA, share=shares,
            far=(far.amplitudes, beams[1]),
        )  # fmt: skip

    halves = shared(np.full((len(powers), 2), 0.5))
    if share == "halves":
        return halves
    return shared(minimum_share(s, halves.certificate.far_rates.sum(axis=-1) / 0.5))


def minimum_share(s: Scenario, far_rate: np.ndarray) -> np.ndarray:
    """(drops, 2): of time for far users what required rates need where all of it gives ``far_rate`` (drops,)."""
    needed = np.clip(s.groups * s.rate_far / np.maximum(far_rate, 1e-12), 0, 1)
    return np.stack([1 - needed, needed], axis=-1)


@guarded(Scenario, options.Solver, design_bytes)
def fdma(
    s: Scenario, known: Known, starts: int = USUAL, rounds: int = USUAL, steps: int = USUAL, seed: int = USUAL
) -> Design:
    """Amplitudes and beams of the robust NOMA design; near and far users in half a band each, half the power each."""
    known = checked(s, known)
    noma = maximise_guaranteed_rate(s, known, starts, rounds=rounds, steps=steps, seed=seed)
    sets = scenario_sets(s, known)
    near, far = model.sent(s, known, noma)
    powers = [
        _filled(h, on_air, 0.5 * s.power_w, 2 * rate)
        for h, on_air, rate in (
            (sets.h[:, : s.groups], near, s.rate_near), (sets.h[:, s.groups :], far, s.rate_far),
        )
    ]  # fmt: skip
    return finish(
        s, known, noma.amplitudes, noma.beams, np.stack(powers, axis=-1), access=Access.FDMA, share=(0.5, 0.5)
    )


def _filled(h: np.ndarray, on_air: Sent, power_w: float, rate: float) -> np.ndarray:
    """Water-filling of half a band over groups whose interference moves with it, halfway at a time."""
    powers = np.full(on_air.powers_w.shape, power_w / on_air.powers_w.shape[1])
    for _ in range(_ROUNDS):
        there = on_air._replace(powers_w=powers, noise_w=0.5 * on_air.noise_w)
        ratio = model.ratios(h, there).max(axis=-1)
        given, _ = allocate_power(ratio, ratio, power_w, 0.5, rate, 0.0)
        powers = 0.5 * (powers + given.sum(axis=-1))
    return powers


def _slot(
    s: Scenario, known: Known, sets: Sets, users: slice, rate: float, starts: int, options: Options, seed: int
) -> Reached:
    """Users of one kind alone: the kernel's far users are the near ones again, and need no rate of their own."""
    h, present = (np.concatenate([a[:, users]] * 2, axis=1) for a in (sets.h, sets.present))
    twice = Sets(h, present, np.tile(sets.scattering[users], 2))
    alone = s.derived(rate_near=rate, rate_far=0.0, weight=0.5)
    return solve(alone, known, twice, starts, options, seed)


def _estimates(s: Scenario, known: Known) -> Sets:
    return scenario_sets(s.model_copy(update={"position_error_m": 0.0}), known)


def _near_hologram(s: Scenario, known: Known) -> tuple[np.ndarray, np.ndarray]:
    near = channels(s, known.near_positions_m)
    return np.stack([hologram(h, q) for h, q in zip(near, known.wave, strict=True)]), near


def _with_powers(s: Scenario, known: Known, amplitudes: np.ndarray, beams: np.ndarray) -> Design:
    """Powers by the closed form for the estimates, interference and all, halfway at a time."""
    vectors, h, groups = model.transmit_vectors(amplitudes, known.wave, beams), _estimates(s, known).h, s.groups
    powers = np.full((len(h), groups), s.power_w / groups)
    noise = np.full(len(h), s.noise_power_w)
    for _ in range(_ROUNDS):
        near = model.ratios(h[:, :groups], Sent(vectors, powers, noise, 0.0)).max(axis=-1)
        far = model.ratios(h[:, groups:], Sent(vectors, powers, noise, s.scattering_radius)).max(axis=-1)
        given, _ = allocate_power(near, far, s.power_w, s.weight, s.rate_near, s.rate_far)
        powers = 0.5 * (powers + given.sum(axis=-1))
    return finish(s, known, amplitudes, beams, given)
