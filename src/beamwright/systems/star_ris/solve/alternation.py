"""Alternation of precoder and surface from several starts, and the best of them (spec star_ris, section 5)."""

from typing import NamedTuple

import numpy as np

from beamwright.optim import conjugate_gradient as cg
from beamwright.systems.star_ris.physics import model
from beamwright.systems.star_ris.scene import Statistics
from beamwright.systems.star_ris.solve import quadratic, wmmse
from beamwright.systems.star_ris.solve.precoders import Kind, PrecoderRule
from beamwright.systems.star_ris.solve.search import search_surfaces
from beamwright.systems.star_ris.solve.start import aligned_starts
from beamwright.systems.star_ris.types import Goal

ROUND_ITERATIONS, WMMSE_STEPS, GAIN = 60, 5, 1e-4
"""A round of wmmse: at most so many steps of the surface and of the precoder. Rounds end where one gains too little."""


class SearchOptions(NamedTuple):
    """Goal, variables, tolerance and length of a search."""

    goal: Goal
    joint: bool
    """Whether amplitudes are variables too."""
    gradient: cg.Options
    rounds: int = 1
    """At most so many of precoder and surface."""


class Lanes(NamedTuple):
    """Drops, several times over: one lane per start."""

    known: Statistics
    precoder: PrecoderRule
    share: np.ndarray
    """(lanes, users) of the time."""

    def take(self, index: np.ndarray) -> "Lanes":
        """Some lanes."""
        return Lanes(self.known.take(index), self.precoder.take(index), self.share[index])

    def repeated(self, count: int) -> "Lanes":
        """Every lane ``count`` times."""
        return self.take(np.repeat(np.arange(len(self.share)), count))


class Solution(NamedTuple):
    """Surface and precoder of every lane."""

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

    def spread(self, starts: int) -> np.ndarray:
        """(drops,) standard deviation of the objective over the starts of a drop; NaN for one start."""
        values = self.value.reshape(-1, starts)
        return values.std(axis=1, ddof=1) if starts > 1 else np.full(len(values), np.nan)


def least_interference(drops: Lanes, u: np.ndarray, options: SearchOptions) -> Solution:
    """Surfaces of least interference from the starts u, as many for every drop, with the precoder of its first."""
    starts = len(u) // len(drops.share)
    w = np.repeat(drops.precoder(drops.known, u[::starts], drops.share), starts, axis=0)  # one problem for all starts
    lanes = drops.repeated(starts)
    reached = search_surfaces(options.goal, lanes.known, u, w, lanes.share, options.joint, options.gradient)
    return Solution(reached.u, w, reached.objective, reached.iterations, reached.trace)


def largest_rate(
    drops: Lanes, u: np.ndarray, options: SearchOptions, amplitude: np.ndarray, aligned: bool
) -> tuple[Solution, Solution]:
    """Solutions from the starts u, and the best of these and of all that the method must not fall below.

    Where ``aligned``, surfaces of that ``amplitude`` (2, elements) in whose phases links add up are starts, too, and
    for joint amplitudes a conventional surface.
    """
    count = len(drops.share)
    first = u[:: len(u) // count]
    fixed = options._replace(joint=False)

    def from_starts(u: np.ndarray, options: SearchOptions, simpler: Kind = "rzf") -> Solution:
        return improved(drops.repeated(len(u) // count), u, options, simpler)

    requested = from_starts(u, fixed)
    solutions = [requested]
    if aligned:
        solutions.append(from_starts(aligned_starts(amplitude, drops.known), fixed))
    if drops.precoder.kind == "wmmse":
        solutions += [from_starts(first, fixed, "mrt"), without_search(drops, options.goal, first)]
    if options.joint:
        solutions.append(from_starts(best_of(options.goal, count, solutions).u, options))
        if aligned:  # a conventional surface is one of free amplitudes
            reflecting = np.array([[0], [1]]) * np.exp(1j * np.angle(first))
            solutions += [from_starts(reflecting, options), without_search(drops, options.goal, reflecting)]
    solutions.append(without_search(drops, options.goal, np.zeros_like(first)))  # last: the first of equals is taken
    return requested, best_of(options.goal, count, solutions)


def improved(lanes: Lanes, u: np.ndarray, options: SearchOptions, simpler: Kind = "rzf") -> Solution:
    """``alternate`` from the surfaces u; wmmse and max-min from the design of a closed form, never falling below it."""
    kind = lanes.precoder.kind
    if kind not in ("wmmse", "max-min"):
        return alternate(lanes, u, options)
    rule = PrecoderRule(simpler, balanced=options.goal is Goal.MIN_RATE)
    closed = alternate(lanes._replace(precoder=rule), u, options)
    solution = alternate(lanes, closed.u, options, closed.w if kind == "wmmse" else None)
    return solution._replace(iterations=closed.iterations + solution.iterations)


def without_search(lanes: Lanes, goal: Goal, u: np.ndarray, w: np.ndarray | None = None) -> Solution:
    """The surfaces u as they are, with the precoders w or those for u."""
    w = lanes.precoder(lanes.known, u, lanes.share) if w is None else w.copy()
    value = model.objective(lanes.known, goal, u, w, lanes.share)
    return Solution(u, w, value, np.zeros(len(u), int), value[:, None])


def alternate(lanes: Lanes, u: np.ndarray, options: SearchOptions, w: np.ndarray | None = None) -> Solution:
    """Rounds from the surfaces u and precoders w (without them, those for u); the best round or the start is kept.

    Lanes leave when a round gains too little.
    """
    goal, gradient = options.goal, options.gradient
    iterative = lanes.precoder.kind == "wmmse"
    if iterative:
        gradient = gradient._replace(iterations=min(gradient.iterations, ROUND_ITERATIONS))
    best = without_search(lanes, goal, u.copy(), w)
    u, w, spent, trace = u.copy(), best.w.copy(), best.iterations, [best.value.copy()]
    active = np.arange(len(u))
    for _ in range(options.rounds):
        part = lanes.take(active)
        if iterative:
            links = quadratic.make_links(part.known, u[active], part.share)
            w[active] = wmmse.climb(links, w[active], WMMSE_STEPS)
        reached = search_surfaces(goal, part.known, u[active], w[active], part.share, options.joint, gradient)
        u[active] = reached.u
        spent[active] += reached.iterations
        after = w[active] if iterative else part.precoder(part.known, reached.u, part.share)
        # the surface with the precoder it was made for, or with the one made for it
        values = [model.objective(part.known, goal, reached.u, each, part.share) for each in (w[active], after)]
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
        best = best._replace(w=w, value=model.objective(lanes.known, goal, best.u, w, lanes.share))
        trace.append(best.value)
    return best._replace(iterations=spent, trace=np.stack(trace, axis=1))


def best_of(goal: Goal, drops: int, solutions: list[Solution]) -> Solution:
    """The best lane of every drop, the first of equals; each of ``solutions`` has as many lanes for any drop.

    ``iterations`` are those of all lanes together.
    """
    width = max(solution.trace.shape[1] for solution in solutions)

    def side_by_side(name: str) -> np.ndarray:
        arrays = [getattr(solution, name) for solution in solutions]
        if name == "trace":
            arrays = [np.pad(a, ((0, 0), (0, width - a.shape[1])), constant_values=np.nan) for a in arrays]
        return np.concatenate([a.reshape(drops, -1, *a.shape[1:]) for a in arrays], axis=1)

    table = side_by_side("value") * (1 if goal is Goal.INTERFERENCE else -1)
    best, each = np.nan_to_num(table, nan=np.inf).argmin(axis=1), np.arange(drops)
    u, w, value, trace = (side_by_side(name)[each, best] for name in ("u", "w", "value", "trace"))
    return Solution(u, w, value, side_by_side("iterations").sum(axis=1), trace)
