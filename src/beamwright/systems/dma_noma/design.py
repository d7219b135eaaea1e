"""What all designs share: sets of channels, the search against them, and the certificate that says how good it is."""

from dataclasses import fields, replace
from typing import NamedTuple

import numpy as np

from beamwright.systems.dma_noma import start as first_points
from beamwright.systems.dma_noma.certificate import certify, scenario_points
from beamwright.systems.dma_noma.geometry import channels
from beamwright.systems.dma_noma.kernel import Drop, Point
from beamwright.systems.dma_noma.results import Access, Certificate, Design, Known
from beamwright.systems.dma_noma.scenario import Scenario
from beamwright.systems.dma_noma.search import Options, Reached, search


class Sets(NamedTuple):
    """What a search is robust against: channels (drops, users, positions, elements), and which of them count."""

    h: np.ndarray
    present: np.ndarray
    """(drops, users, positions)."""
    scattering: np.ndarray
    """(users,) or (drops, users) norm of what may be added to a channel."""


def scenario_sets(s: Scenario, known: Known, density: float = 8.0, planar: bool = False) -> Sets:
    """Channels at the scenario positions of every user."""
    points, count = scenario_points(s, known, density)
    scattering = np.repeat([0.0, s.scattering_radius], s.groups)
    return Sets(channels(s, points, planar), np.arange(points.shape[2]) < count[..., None], scattering)


def designed(
    s: Scenario,
    known: Known,
    sets: Sets,
    starts: int = 1,
    options: Options = Options(),  # noqa: B008 (an immutable value)
    seed: int = 0,
    points: tuple[np.ndarray, np.ndarray] | None = None,
) -> Design:
    """Solver A against given sets, from given points (amplitudes, beams) or our own; certified on the usual set."""
    return designed_at(s, known, solve(s, known, sets, starts, options, seed, points))


def solve(
    s: Scenario,
    known: Known,
    sets: Sets,
    starts: int,
    options: Options,
    seed: int,
    points: tuple[np.ndarray, np.ndarray] | None = None,
) -> Reached:
    """The best start of every drop."""
    wave = known.wave
    if points is None:
        nominal = channels(s, known.positions_m)
        points = first_points.initial(nominal, wave)
    if s.feeding == "digital":
        points = np.ones_like(points[0]), points[1]
    amplitudes, beams = first_points.varied(*points, known.numbers, starts, seed)
    each = np.repeat(np.arange(len(wave)), starts)
    fixed = s.feeding == "digital"
    box = np.full_like(amplitudes, float(fixed)), np.ones_like(amplitudes)
    amplitudes = np.clip(amplitudes, *box)
    point = Point(amplitudes, np.stack([beams.real, beams.imag], axis=1))
    lanes = Drop(*(a[each] for a in drops_of(s, sets, wave)))
    return best_of(search(lanes, point, box, options), starts)


def drops_of(s: Scenario, sets: Sets, wave: np.ndarray) -> Drop:
    """The batch for the kernel, in units of the noise amplitude."""
    drops, unit = len(wave), np.sqrt(s.noise_power_w)
    h, one = sets.h / unit, np.ones(drops)
    return Drop(
        channels=np.stack([h.real, h.imag], axis=1),
        present=sets.present.astype(float),
        scattering=np.broadcast_to(sets.scattering / unit, (drops, 2 * s.groups)),
        wave=np.stack([wave.real, wave.imag], axis=1),
        power=s.power_w * one,
        weight=s.weight * one,
        rate_near=s.rate_near * one,
        rate_far=s.rate_far * one,
    )


def best_of(reached: Reached, starts: int) -> Reached:
    """Of every ``starts`` lanes the best: feasible first, then by merit."""
    order = np.where(reached.feasible, 1e9, 0.0) + np.nan_to_num(reached.merit, nan=-1e18)
    best = np.arange(0, len(order), starts) + order.reshape(-1, starts).argmax(axis=1)
    return Reached(*(a[best] for a in reached))


def designed_at(s: Scenario, known: Known, reached: Reached) -> Design:
    """The design a search ended in."""
    return finish(
        s, known, reached.amplitudes, beams_of(reached), reached.powers_w, trace=reached.trace,
        iterations=reached.rounds,
    )  # fmt: skip


def beams_of(reached: Reached) -> np.ndarray:
    """(drops, chains, groups) complex."""
    return reached.beams[:, 0] + 1j * reached.beams[:, 1]


def finish(
    s: Scenario,
    known: Known,
    amplitudes: np.ndarray,
    beams: np.ndarray,
    powers_w: np.ndarray,
    *,
    access: Access = Access.NOMA,
    share: tuple[float, float] | np.ndarray = (1.0, 1.0),
    far: tuple[np.ndarray, np.ndarray] | None = None,
    trace: np.ndarray | None = None,
    iterations: np.ndarray | None = None,
) -> Design:
    """A design with everything that is said about it taken from its certificate."""
    drops = len(amplitudes)
    nothing = np.full(drops, np.nan)
    draft = Design(
        amplitudes=amplitudes,
        beams=beams,
        powers_w=powers_w,
        guaranteed_sum_rate=nothing,
        guaranteed_weighted_rate=nothing,
        trace=nothing[:, None],
        iterations=np.zeros(drops, int) if iterations is None else iterations,
        status=np.zeros(drops, int),
        access=np.full(drops, int(access)),
        share=np.broadcast_to(np.asarray(share, float), (drops, 2)).copy(),
        digital=np.full(drops, int(s.feeding == "digital")),
        certificate=Certificate(*(nothing for _ in fields(Certificate))),
        far_amplitudes=None if far is None else far[0],
        far_beams=None if far is None else far[1],
    )
    found = certify(s, known, draft)
    return replace(
        draft,
        guaranteed_sum_rate=found.guaranteed_sum_rate,
        guaranteed_weighted_rate=found.guaranteed_weighted_rate,
        trace=found.guaranteed_weighted_rate[:, None] if trace is None else trace,
        status=found.status,
        certificate=found,
    )
