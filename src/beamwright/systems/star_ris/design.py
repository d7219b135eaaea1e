"""The proposed designs: least interference (P1), largest sum rate (P2), largest least rate (P3)."""

import warnings
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from beamwright.core import guarded, require
from beamwright.optim import conjugate_gradient as cg
from beamwright.systems.star_ris import certificate as proof
from beamwright.systems.star_ris import options
from beamwright.systems.star_ris.known import checked
from beamwright.systems.star_ris.precoders import Kind, precoder, wmmse, wmmse_step
from beamwright.systems.star_ris.results import Design, Goal, Statistics
from beamwright.systems.star_ris.scenario import Scenario
from beamwright.systems.star_ris.search import search
from beamwright.systems.star_ris.sizes import design_bytes
from beamwright.systems.star_ris.surfaces import start_surface, time_share

Amplitudes = Literal["fixed", "joint"]
ROUNDS, ROUND_ITERATIONS, WMMSE_STEPS, GAIN = 30, 60, 5, 1e-4
"""Alternation of precoder and surface (spec section 5): at most so many rounds, until one gains less than GAIN."""


class Wanted(NamedTuple):
    """What is asked of a search, whatever its goal."""

    goal: Goal
    precoder: Kind
    amplitudes: Amplitudes
    tolerance: float
    iterations: int
    rounds: int
    starts: int
    seed: int

    @property
    def joint(self) -> bool:
        """Whether amplitudes are variables too."""
        return self.amplitudes == "joint"

    @property
    def options(self) -> cg.Options:
        """Of the conjugate gradient."""
        return cg.Options(tolerance=self.tolerance, iterations=self.iterations)

    def check(self, s: Scenario, start: ArrayLike | None) -> None:
        """Raises ValueError naming the argument."""
        how = self.amplitudes
        require(how in ("fixed", "joint"), "amplitudes", "be 'fixed' or 'joint'", repr(how))
        splits = s.surface_mode == "energy-splitting"
        require(how == "fixed" or splits, "amplitudes", "be 'fixed' in this surface_mode", repr(how))
        require(self.tolerance > 0, "tolerance", "be > 0", self.tolerance)
        for name in ("iterations", "rounds", "starts"):
            require(getattr(self, name) >= 1, name, "be >= 1", getattr(self, name))
        require(start is None or self.starts == 1, "starts", "be 1 with a start given", self.starts)


@guarded(Scenario, options.Interference, design_bytes)
def minimise_interference(
    s: Scenario,
    known: Statistics,
    precoder: Kind = "mrt",
    start: ArrayLike | None = None,
    tolerance: float = 1e-3,
    iterations: int = 200,
    starts: int = 1,
    seed: int = 0,
) -> Design:
    """P1: phases of least expected interference for the precoder of the start.

        min over phases   sum_k sum_{j != k} S_kj / its mean over uniform random phases

    It never rewards signal: with one path to the surface and no direct link its optimum switches the surface off
    (spec section 3). ``rates`` are those of the same kind of precoder, recomputed for the final phases.

    Args:    precoder mrt, zf, rzf, identity (wmmse has no closed form), that of the first start for all starts;
             start (drops, 2, elements) or (2, elements); without it random phases, ``starts`` of them per drop, of
             which the best is kept; drop i uses fold_in(key(seed), i).
    Returns: Design; ``bound`` is rigorous, and attained to 1e-6 where the status is ``optimal``.
    Raises:  ValueError naming the argument.
    """
    require(precoder != "wmmse", "precoder", "be a closed form for least interference", repr(precoder))
    if precoder == "zf":
        warnings.warn("precoder zf leaves nothing for the phases to lower: the start is returned", stacklevel=2)
    wanted = Wanted(Goal.INTERFERENCE, precoder, "fixed", tolerance, iterations, 1, starts, seed)
    return _design(s, known, wanted, start)


@guarded(Scenario, options.SumRate, design_bytes)
def maximise_sum_rate(
    s: Scenario,
    known: Statistics,
    precoder: Kind = "rzf",
    amplitudes: Amplitudes = "fixed",
    start: ArrayLike | None = None,
    tolerance: float = 1e-3,
    iterations: int = 200,
    rounds: int = ROUNDS,
    starts: int = 1,
    seed: int = 0,
) -> Design:
    """P2: surface (and precoder) of largest use-and-forget sum rate.

    ``precoder="wmmse"`` alternates five steps of weighted mean squared error with the surface: the rate never falls.
    The closed forms are recomputed for every new surface, which may lower the rate; the best round is kept.
    ``amplitudes="joint"`` also optimises how every element splits its energy (each on a sphere).

    Args, Returns, Raises: as ``minimise_interference``; rounds >= 1 of alternation.
    """
    wanted = Wanted(Goal.SUM_RATE, precoder, amplitudes, tolerance, iterations, rounds, starts, seed)
    return _design(s, known, wanted, start)


@guarded(Scenario, options.MinRate, design_bytes)
def maximise_min_rate(
    s: Scenario,
    known: Statistics,
    precoder: Kind = "rzf",
    amplitudes: Amplitudes = "fixed",
    start: ArrayLike | None = None,
    tolerance: float = 1e-3,
    iterations: int = 200,
    rounds: int = ROUNDS,
    starts: int = 1,
    seed: int = 0,
) -> Design:
    """P3: surface of largest least rate, by a soft minimum that sharpens (mu = 2, 8, 32, 128).

    Args, Returns, Raises: as ``maximise_sum_rate``; wmmse steps raise the sum rate, so they are not offered here.
    """
    require(precoder != "wmmse", "precoder", "be a closed form for the least rate", repr(precoder))
    wanted = Wanted(Goal.MIN_RATE, precoder, amplitudes, tolerance, iterations, rounds, starts, seed)
    return _design(s, known, wanted, start)


def _design(s: Scenario, known: Statistics, wanted: Wanted, start: ArrayLike | None) -> Design:
    wanted.check(s, start)
    goal, kind, starts, joint = wanted.goal, wanted.precoder, wanted.starts, wanted.joint
    known = checked(known, s)
    drops = len(known.side)
    u = start_surface(s, known, start, starts, wanted.seed)
    known_each = known.take(np.repeat(np.arange(drops), starts))
    share = time_share(s, known_each)
    if goal is Goal.INTERFERENCE:
        w = np.repeat(precoder(known, u[::starts], kind), starts, axis=0)  # one problem for all starts of a drop
        reached = search(goal, known_each, u, w, share, False, wanted.options)
        found = (reached.u, w, reached.objective, reached.iterations, reached.trace)
    else:
        found = _alternate(known_each, wanted, u, share)
    u, w, value, spent, trace = _best_start(goal, found, starts)
    after = precoder(known, u, kind) if goal is Goal.INTERFERENCE else w
    return finish(
        known, goal, u, after, w, share[::starts], joint=joint, tolerance=wanted.tolerance,
        iterations=spent.reshape(drops, starts).sum(axis=1), trace=trace,
        spread=found[2].reshape(drops, starts).std(axis=1, ddof=1) if starts > 1 else None,
    )  # fmt: skip


Found = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def _best_start(goal: Goal, found: Found, starts: int) -> Found:
    u, w, value, spent, trace = found
    table = value.reshape(-1, starts) * (1 if goal is Goal.INTERFERENCE else -1)
    best = np.arange(len(table)) * starts + np.nan_to_num(table, nan=np.inf).argmin(axis=1)
    return u[best], w[best], value[best], spent, trace[best]


def _alternate(known: Statistics, wanted: Wanted, u: np.ndarray, share: np.ndarray) -> Found:
    """Precoder, surface, precoder, ...: drops leave when a round gains too little; the best round of a drop is kept."""
    goal, kind, joint, options = wanted.goal, wanted.precoder, wanted.joint, wanted.options
    w = precoder(known, u, "rzf" if kind == "wmmse" else kind)
    if kind == "wmmse":
        options = options._replace(iterations=min(options.iterations, ROUND_ITERATIONS))
    u, w = u.copy(), w.copy()
    best_u, best_w, best = u.copy(), w.copy(), proof.objective(known, goal, u, w, share)
    spent, trace = np.zeros(len(u), int), [best.copy()]
    active = np.arange(len(u))
    for _ in range(wanted.rounds):
        part, shares = known.take(active), share[active]
        if kind == "wmmse":
            for _ in range(WMMSE_STEPS):
                w[active] = wmmse_step(part, u[active], w[active], shares)
        reached = search(goal, part, u[active], w[active], shares, joint, options)
        u[active] = reached.u
        spent[active] += reached.iterations
        now_w = w[active] if kind == "wmmse" else precoder(part, reached.u, kind)
        fixed = proof.objective(part, goal, reached.u, w[active], shares)
        again = proof.objective(part, goal, reached.u, now_w, shares)
        # the surface with the precoder it was made for, or with the one made for it
        value = np.maximum(fixed, again)
        chosen = np.where((again >= fixed)[:, None, None], now_w, w[active])
        gain = value - best[active]
        better = active[gain > 0]
        best_u[better], best_w[better], best[better] = reached.u[gain > 0], chosen[gain > 0], value[gain > 0]
        w[active] = now_w
        row = np.full(len(u), np.nan)
        row[active] = best[active]
        trace.append(row)
        active = active[gain > GAIN * np.abs(best[active])]
        if not len(active):
            break
    if kind == "wmmse":  # the last surface deserves a precoder as good as one for a surface that is not designed
        best_w = wmmse(known, best_u, share, start=best_w)
        best = proof.objective(known, goal, best_u, best_w, share)
        trace.append(best)
    return best_u, best_w, best, spent, np.stack(trace, axis=1)


def finish(
    known: Statistics,
    goal: Goal,
    u: np.ndarray,
    after: np.ndarray,
    w: np.ndarray,
    share: np.ndarray,
    *,
    joint: bool = False,
    tolerance: float = 1e-3,
    iterations: np.ndarray | None = None,
    trace: np.ndarray | None = None,
    spread: np.ndarray | None = None,
) -> Design:
    """A design with everything that is said about it taken from its certificate."""
    drops = len(u)
    each = np.ones(drops)
    found = proof.certificate(known, goal, joint, u, after, w, share, tolerance * each)
    return Design(
        u=u,
        precoder=after,
        design_precoder=w,
        objective=found.objective,
        bound=found.bound,
        rates=found.rates,
        trace=found.objective[:, None] if trace is None else trace,
        iterations=np.zeros(drops, int) if iterations is None else iterations,
        status=found.status,
        goal=np.full(drops, int(goal)),
        joint=np.full(drops, int(joint)),
        tolerance=tolerance * each,
        share=share,
        spread=np.full(drops, np.nan) if spread is None else spread,
        certificate=found,
    )
