"""Exhaustive search over all surfaces of b-bit phases, to measure other searches on tiny surfaces (section 5)."""

import numpy as np
from numpy.typing import ArrayLike

from beamwright.core import renamed, require
from beamwright.numerics import square_modulus
from beamwright.systems.star_ris.methods import certified
from beamwright.systems.star_ris.scene import Scenario, Statistics, amplitudes, checked, checked_surface, time_share
from beamwright.systems.star_ris.solve import Closed, Precoding, kernel, precoder_rule, random_start
from beamwright.systems.star_ris.types import Design, Goal

MOST_ELEMENTS, MOST_SURFACES = 6, 2**20
"""Larger surfaces, or more surfaces per side, are refused."""
_CHUNK = 2**20
"""Means held at once, over drops, surfaces, users and streams."""


@renamed
def exhaustive(
    scenario: Scenario,
    known: Statistics,
    goal: Goal = Goal.INTERFERENCE,
    precoding: Precoding = "mrt",
    bits: int = 3,
    start: ArrayLike | None = None,
    seed: int = 0,
) -> Design:
    """The best of all phases 2 pi i / 2^bits for a fixed precoder and fixed amplitudes, by brute force.

        P1  min sum_k sum_{j != k} S_kj      P2  max sum_k R_k      P3  max min_k R_k

    A user sees its own side only, so with a fixed precoder all three goals separate: 2^(bits elements) surfaces are
    tried for either side, not their square.

    Args:    precoding W (drops, antennas, users) in sqrt(W), or a closed form (mrt, zf, rzf, identity) taken at
             ``start`` (drops, 2, elements) or (2, elements), without it random phases, drop i using
             fold_in(key(seed), i). ``start`` also gives the amplitudes, else they are those of the surface mode.
    Returns: Design; in P1 ``precoder`` is the closed form recomputed for the surface, as in ``minimise_interference``,
             else the fixed one; ``iterations`` counts surfaces.
    Raises:  ValueError naming elements or bits where there are more than 6 elements or 2^20 surfaces per side.
    Source:  spec star_ris, section 5, exhaustive search.
    """
    known = checked(known, scenario)
    drops, elements, _ = known.surface_mean.shape
    _require_few(elements, bits)
    passive = scenario.surface_mode != "time-switching"
    u = random_start(amplitudes(scenario, elements), known, 1, seed)
    u = u if start is None else checked_surface(known, np.asarray(start), "start", passive=passive)
    share = time_share(scenario, known)
    precoder = precoder_rule(known, precoding, share, Closed, "precoding")
    w = precoder(known, u, share)
    best = np.abs(u) * _best_phasors(known, goal, u, w, share, bits)
    after = precoder(known, best, share) if goal is Goal.INTERFERENCE else w
    return certified.design(known, goal, best, after, w, share, iterations=np.full(drops, 2 * 2 ** (bits * elements)))


def _require_few(elements: int, bits: int) -> None:
    require(bits >= 1, "bits", "be >= 1", bits)
    require(
        elements <= MOST_ELEMENTS, "elements", f"be at most {MOST_ELEMENTS} for exhaustive search", elements,
        "Use minimise_interference or maximise_sum_rate.",
    )  # fmt: skip
    require(
        2 ** (bits * elements) <= MOST_SURFACES, "bits", f"give at most {MOST_SURFACES} surfaces per side",
        f"2^({bits} x {elements} elements)", "Use fewer bits or elements.",
    )  # fmt: skip


def _best_phasors(
    known: Statistics, goal: Goal, u: np.ndarray, w: np.ndarray, share: np.ndarray, bits: int
) -> np.ndarray:
    """(drops, 2, elements) of unit modulus: the best of either side, chunk by chunk."""
    drops, elements = known.surface_mean.shape[:2]
    count = 2 ** (bits * elements)
    chunk = max(1, _CHUNK // (drops * known.side.shape[1] ** 2))
    each = np.arange(drops)[:, None]
    least, best = np.full((drops, 2), np.inf), np.zeros((drops, 2), int)
    drop_map = kernel.phase_map(known, u, w, share, joint=False)
    for first in range(0, count, chunk):
        codes = np.arange(first, min(first + chunk, count))
        losses = _side_losses(goal, drop_map, _phasors(codes, bits, elements))
        lowest = losses.argmin(axis=1)
        value = losses[each, lowest, np.arange(2)]
        better = value < least
        least, best = np.where(better, value, least), np.where(better, codes[lowest], best)
    return _phasors(best, bits, elements)


def _phasors(codes: np.ndarray, bits: int, elements: int) -> np.ndarray:
    """(..., elements): element n has the phase of digit n of the code in base 2^bits."""
    digits = (codes[..., None] >> (bits * np.arange(elements))) & (2**bits - 1)
    return np.exp(2j * np.pi * digits / 2**bits)


def _side_losses(goal: Goal, drop_map: kernel.PhaseMap, phasors: np.ndarray) -> np.ndarray:
    """(drops, surfaces, sides), to be minimised, every user of a side seeing the same phasors (surfaces, elements)."""
    z = np.einsum("dkrn,cn->dckr", drop_map.phases, phasors, optimize=True)
    mean = drop_map.direct[:, None] + z @ drop_map.streams[:, None]
    coherent = drop_map.together[:, None] * square_modulus(mean)
    signal = np.diagonal(coherent, axis1=-2, axis2=-1)
    if goal is Goal.INTERFERENCE:
        power = coherent + drop_map.constant[:, None]
        score = power.sum(axis=-1) - np.diagonal(power, axis1=-2, axis2=-1)
    else:
        others = np.sum(coherent, axis=-1, where=~np.eye(coherent.shape[-1], dtype=bool))
        disturbance = others + drop_map.constant.sum(axis=-1)[:, None]
        score = -drop_map.share[:, None] * np.log2(1 + signal / (disturbance + 1.0))
    on_side = np.moveaxis(drop_map.on_side, -1, 0)[..., None, :] > 0
    if goal is Goal.MIN_RATE:
        losses = np.where(on_side, score, -np.inf).max(axis=-1)
    else:
        losses = np.where(on_side, score, 0.0).sum(axis=-1)
    return np.moveaxis(losses, 0, -1)
