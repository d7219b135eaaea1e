"""Robust design by a growing set: design, find the worst positions, add them, design again (spec dma_noma, 6, C)."""

from typing import NamedTuple

import numpy as np

from beamwright.core import USUAL, guarded, require
from beamwright.systems.dma_noma import model, options
from beamwright.systems.dma_noma.adversary import weighted
from beamwright.systems.dma_noma.certificate import scenario_points
from beamwright.systems.dma_noma.design import Sets, beams_of, finish, solve
from beamwright.systems.dma_noma.geometry import channels
from beamwright.systems.dma_noma.kernel import PENALTY
from beamwright.systems.dma_noma.known import checked
from beamwright.systems.dma_noma.model import Sent
from beamwright.systems.dma_noma.results import MET, Design, Known
from beamwright.systems.dma_noma.scenario import Scenario
from beamwright.systems.dma_noma.search import Options, Reached
from beamwright.systems.dma_noma.sizes import design_bytes


@guarded(Scenario, options.CuttingSet, design_bytes)
def cutting_set(
    s: Scenario,
    known: Known,
    starts: int = USUAL,
    rounds: int = USUAL,
    steps: int = USUAL,
    density: float = USUAL,
    seed: int = USUAL,
    cuts: int = USUAL,
) -> Design:
    """The first-order solver against the estimates and the worst positions met so far; the best design is kept.

    Added to, never replaced: against one adversarial position per user alone the design oscillates (section 6).

    Args:    starts of the first design, later ones start from the one before; rounds and steps of every design; density
             of the grid on which worst positions are sought; cuts: positions added per user.
    Returns: Design; ``trace`` (drops, cuts + 1) the best weighted rate over the grid so far.
    Raises:  ValueError naming the argument.
    """
    for name, count in (("rounds", rounds), ("steps", steps), ("cuts", cuts)):
        require(count >= 1, name, "be >= 1", count)
    require(density > 0, "density", "be > 0", density)
    known = checked(s, known)
    grid, _ = scenario_points(s, known, density)
    h = channels(s, grid)
    points = np.repeat(grid[:, :, :1], cuts + 1, axis=2)
    scattering, at, best = np.repeat([0.0, s.scattering_radius], s.groups), None, None
    trace = np.empty((len(grid), cuts + 1))
    for cut in range(cuts + 1):
        present = np.broadcast_to(np.arange(cuts + 1) <= cut, points.shape[:3])
        sets = Sets(channels(s, points), present, scattering)
        reached = solve(s, known, sets, starts if cut == 0 else 1, Options(rounds, steps), seed, at)
        met = _met(s, known, h, reached)
        best = _better(best or (met, reached), (met, reached))
        trace[:, cut] = best[0].rate
        at = reached.amplitudes, beams_of(reached)
        if cut < cuts:
            points[:, :, cut + 1] = np.take_along_axis(grid, met.worst[..., None, None], axis=2)[:, :, 0]
    assert best is not None  # there is at least one design
    found = best[1]
    return finish(
        s, known, found.amplitudes, beams_of(found), found.powers_w, trace=trace,
        iterations=np.full(len(grid), cuts + 1),
    )  # fmt: skip


class _Met(NamedTuple):
    rate: np.ndarray
    """(drops,) weighted, less many times what required rates lack."""
    worst: np.ndarray
    """(drops, users) index into the grid."""


def _met(s: Scenario, known: Known, h: np.ndarray, reached: Reached) -> _Met:
    """What is left on the grid h (drops, users, positions, elements)."""
    vectors = model.transmit_vectors(reached.amplitudes, known.wave, beams_of(reached))
    required = s.rate_near * (1 - MET), s.rate_far * (1 - MET)
    powers, noise = reached.powers_w.sum(axis=-1), np.full(len(h), s.noise_power_w)
    near = model.ratios(h[:, : s.groups], Sent(vectors, powers, noise, 0.0))
    far = model.ratios(h[:, s.groups :], Sent(vectors, powers, noise, s.scattering_radius))
    rates = model.noma_rates(reached.powers_w, near.max(axis=-1), far.max(axis=-1))
    missing = sum(np.maximum(least - rate, 0).sum(axis=-1) for least, rate in zip(required, rates, strict=True))
    return _Met(
        weighted(s, *rates) - PENALTY * missing, np.concatenate([near.argmax(axis=-1), far.argmax(axis=-1)], axis=1)
    )


def _better(old: tuple[_Met, Reached], new: tuple[_Met, Reached]) -> tuple[_Met, Reached]:
    """Drop by drop."""
    wins = new[0].rate > old[0].rate

    def pick(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return np.where(wins.reshape(-1, *(1,) * (a.ndim - 1)), a, b)

    return _Met(*map(pick, new[0], old[0])), Reached(*map(pick, new[1], old[1]))
