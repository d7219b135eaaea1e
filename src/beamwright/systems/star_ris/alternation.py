"""Precoder, surface, precoder, ...: rates from given starts, and the best that was found (spec star_ris, section 5)."""

from typing import NamedTuple

import numpy as np

from beamwright.optim import conjugate_gradient as cg
from beamwright.systems.star_ris import certificate as proof
from beamwright.systems.star_ris import quadratic, wmmse
from beamwright.systems.star_ris.precoders import Chosen, Kind
from beamwright.systems.star_ris.results import Goal, Statistics
from beamwright.systems.star_ris.search import search

ROUND_ITERATIONS, WMMSE_STEPS, GAIN = 60, 5, 1e-4
"""A round of wmmse: at most so many steps of the surface and of the precoder. Rounds end where one gains too little."""


class Lanes(NamedTuple):
    """Drops, several times over: one lane per start."""

    known: Statistics
    precoder: Chosen
    share: np.ndarray
    """(lanes, users) of the time."""

    def take(self, index: np.ndarray) -> "Lanes":
        """Of some lanes."""
        return Lanes(self.known.take(index), self.precoder.take(index), self.share[index])


class Found(NamedTuple):
    """What became of the lanes."""

    u: np.ndarray
    """(lanes, 2, elements)."""
    w: np.ndarray
    """(lanes, antennas, users) for which the surface was designed."""
    value: np.ndarray
    """(lanes,) objective."""
    iterations: np.ndarray
    """(lanes,) of the surface."""
    trace: np.ndarray
    """(lanes, steps) objective after each round, NaN after the end."""


def improved(
    lanes: Lanes, goal: Goal, u: np.ndarray, joint: bool, options: cg.Options, rounds: int, first: Kind = "rzf"
) -> Found:
    """``alternate`` from the surfaces u; wmmse and max-min from the design of a closed form, never falling below it."""
    kind = lanes.precoder.kind
    if kind not in ("wmmse", "max-min"):
        return alternate(lanes, goal, u, joint, options, rounds)
    simpler = lanes._replace(precoder=Chosen(first, balanced=goal is Goal.MIN_RATE))
    closed = alternate(simpler, goal, u, joint, options, rounds)
    found = alternate(lanes, goal, closed.u, joint, options, rounds, closed.w if kind == "wmmse" else None)
    return found._replace(iterations=closed.iterations + found.iterations)


def as_it_is(lanes: Lanes, goal: Goal, u: np.ndarray, w: np.ndarray | None = None) -> Found:
    """The surfaces u with the precoders w, or those for u, not searched any further."""
    w = lanes.precoder(lanes.known, u, lanes.share) if w is None else w.copy()
    value = proof.objective(lanes.known, goal, u, w, lanes.share)
    return Found(u, w, value, np.zeros(len(u), int), value[:, None])


def alternate(
    lanes: Lanes,
    goal: Goal,
    u: np.ndarray,
    joint: bool,
    options: cg.Options,
    rounds: int,
    w: np.ndarray | None = None,
) -> Found:
    """From the surfaces u and precoders w (without them, those for u). The best of all rounds is kept, the start too.

    Lanes leave when a round gains too little.
    """
    iterative = lanes.precoder.kind == "wmmse"
    if iterative:
        options = options._replace(iterations=min(options.iterations, ROUND_ITERATIONS))
    best = as_it_is(lanes, goal, u.copy(), w)
    u, w, spent, trace = u.copy(), best.w.copy(), best.iterations, [best.value.copy()]
    active = np.arange(len(u))
    for _ in range(rounds):
        part = lanes.take(active)
        if iterative:
            w[active] = wmmse.climb(quadratic.links(part.known, u[active], part.share), w[active], WMMSE_STEPS)
        reached = search(goal, part.known, u[active], w[active], part.share, joint, options)
        u[active] = reached.u
        spent[active] += reached.iterations
        after = w[active] if iterative else part.precoder(part.known, reached.u, part.share)
        # the surface with the precoder it was made for, or with the one made for it
        values = [proof.objective(part.known, goal, reached.u, each, part.share) for each in (w[active], after)]
        value = np.maximum(*values)
        made_for_it = (values[1] >= values[0])[:, None, None]
        gain = value - best.value[active]
        better = active[gain > 0]
        best.u[better], best.value[better] = reached.u[gain > 0], value[gain > 0]
        best.w[better] = np.where(made_for_it, after, w[active])[gain > 0]
        w[active] = after
        row = np.full(len(u), np.nan)
        row[active] = best.value[active]
        trace.append(row)
        active = active[gain > GAIN * np.abs(best.value[active])]
        if not len(active):
            break
    if iterative:  # the last surface deserves a precoder as good as one for a surface that is not designed
        w = wmmse.wmmse(lanes.known, best.u, lanes.share, start=best.w)
        best = best._replace(w=w, value=proof.objective(lanes.known, goal, best.u, w, lanes.share))
        trace.append(best.value)
    return best._replace(iterations=spent, trace=np.stack(trace, axis=1))


def best_of(goal: Goal, drops: int, founds: list[Found]) -> Found:
    """The best lane of every drop, the first of equals; each of ``founds`` has as many lanes for any drop.

    ``iterations`` are those of all lanes together.
    """
    width = max(found.trace.shape[1] for found in founds)

    def side_by_side(name: str) -> np.ndarray:
        arrays = [getattr(found, name) for found in founds]
        if name == "trace":
            arrays = [np.pad(a, ((0, 0), (0, width - a.shape[1])), constant_values=np.nan) for a in arrays]
        return np.concatenate([a.reshape(drops, -1, *a.shape[1:]) for a in arrays], axis=1)

    table = side_by_side("value") * (1 if goal is Goal.INTERFERENCE else -1)
    best, each = np.nan_to_num(table, nan=np.inf).argmin(axis=1), np.arange(drops)
    u, w, value, trace = (side_by_side(name)[each, best] for name in ("u", "w", "value", "trace"))
    return Found(u, w, value, side_by_side("iterations").sum(axis=1), trace)
