"""The proposed designs: least interference (P1), largest sum rate (P2), largest least rate (P3)."""

import warnings
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from beamwright.core import USUAL, guarded, require
from beamwright.optim import conjugate_gradient as cg
from beamwright.systems.star_ris import certificate as proof
from beamwright.systems.star_ris import options
from beamwright.systems.star_ris.alternation import Found, Lanes, alternate, as_it_is, best_of, improved
from beamwright.systems.star_ris.known import checked
from beamwright.systems.star_ris.precoders import Closed, ForLeast, ForSum, Kind, Precoding, chosen
from beamwright.systems.star_ris.results import Design, Goal, Statistics
from beamwright.systems.star_ris.scenario import Scenario
from beamwright.systems.star_ris.search import search
from beamwright.systems.star_ris.sizes import design_bytes
from beamwright.systems.star_ris.surfaces import aligned_starts, amplitudes, start_surface, time_share

Amplitudes = Literal["fixed", "joint"]


class Wanted(NamedTuple):
    """What is asked of a search, whatever its goal."""

    goal: Goal
    precoder: Precoding
    amplitudes: Amplitudes
    tolerance: float
    iterations: int
    rounds: int
    starts: int
    seed: int
    careful: bool = True

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
    precoder: Precoding = USUAL,
    start: ArrayLike | None = None,
    tolerance: float = USUAL,
    iterations: int = USUAL,
    starts: int = USUAL,
    seed: int = USUAL,
) -> Design:
    """P1: phases of least expected interference for the precoder of the start.

        min over phases   sum_k sum_{j != k} S_kj / its mean over uniform random phases

    It never rewards signal: with one path to the surface and no direct link its optimum switches the surface off
    (spec section 3). ``rates`` are those of the same kind of precoder, recomputed for the final phases.

    Args:    precoder mrt, zf, rzf, identity (wmmse has no closed form), that of the first start for all starts; or an
             array of your own, (drops, antennas, users) or (antennas, users) in sqrt(W) within the power, which stays;
             start (drops, 2, elements) or (2, elements); without it random phases, ``starts`` of them per drop, of
             which the best is kept; drop i uses fold_in(key(seed), i).
    Returns: Design; ``bound`` is rigorous, and attained to 1e-6 where the status is ``optimal``.
    Raises:  ValueError naming the argument.
    """
    if isinstance(precoder, str) and precoder == "zf":
        warnings.warn("precoder zf leaves nothing for the phases to lower: the start is returned", stacklevel=2)
    wanted = Wanted(Goal.INTERFERENCE, precoder, "fixed", tolerance, iterations, 1, starts, seed)
    return _design(s, known, wanted, start, Closed)


@guarded(Scenario, options.SumRate, design_bytes)
def maximise_sum_rate(
    s: Scenario,
    known: Statistics,
    precoder: Precoding = USUAL,
    amplitudes: Amplitudes = USUAL,
    start: ArrayLike | None = None,
    tolerance: float = USUAL,
    iterations: int = USUAL,
    rounds: int = USUAL,
    starts: int = USUAL,
    seed: int = USUAL,
    careful: bool = USUAL,
) -> Design:
    """P2: surface (and precoder) of largest use-and-forget sum rate.

    ``precoder="wmmse"`` alternates five steps of weighted mean squared error with the surface, from the designs for rzf
    and for mrt: the rate never falls. The closed forms are recomputed for every new surface, which may lower the rate;
    the best round is kept. ``amplitudes="joint"`` then also optimises how every element splits its energy (each on a
    sphere), from the design with fixed amplitudes and from a conventional surface.

    Without a ``start`` the search also begins at two surfaces in whose phases the links add up. It never returns less
    than its simpler cases: the starts themselves, the same with a simpler precoder, and no surface at all. Where that
    is better than whatever was found (scattering and phase noise only disturb), u = 0 is returned. ``careful=False``
    leaves all this away: the search from the starts alone, to study it.

    Args, Returns, Raises: as ``minimise_interference``; rounds >= 1 of alternation.
    """
    wanted = Wanted(Goal.SUM_RATE, precoder, amplitudes, tolerance, iterations, rounds, starts, seed, careful)
    return _design(s, known, wanted, start, ForSum)


@guarded(Scenario, options.MinRate, design_bytes)
def maximise_min_rate(
    s: Scenario,
    known: Statistics,
    precoder: Precoding = USUAL,
    amplitudes: Amplitudes = USUAL,
    start: ArrayLike | None = None,
    tolerance: float = USUAL,
    iterations: int = USUAL,
    rounds: int = USUAL,
    starts: int = USUAL,
    seed: int = USUAL,
    careful: bool = USUAL,
) -> Design:
    """P3: surface and powers of largest least rate, by a soft minimum that sharpens (mu = 2, 8, 32, 128).

    ``precoder="max-min"`` is the precoder of largest least rate for every surface, by uplink-downlink duality, from the
    design for rzf. Closed forms give the directions, and powers are those of largest least rate. Starts and
    simpler cases as in ``maximise_sum_rate``. A user whose mean channel vanishes has the rate zero whatever is done.

    Args, Returns, Raises: as ``maximise_sum_rate``; wmmse steps raise the sum rate, so they are not offered here.
    """
    wanted = Wanted(Goal.MIN_RATE, precoder, amplitudes, tolerance, iterations, rounds, starts, seed, careful)
    return _design(s, known, wanted, start, ForLeast)


def _design(s: Scenario, known: Statistics, wanted: Wanted, start: ArrayLike | None, kinds: Any) -> Design:
    wanted.check(s, start)
    goal, starts = wanted.goal, wanted.starts
    known = checked(known, s)
    share = time_share(s, known)
    choice = chosen(known, wanted.precoder, share, kinds, balanced=goal is Goal.MIN_RATE)
    u = start_surface(s, known, start, starts, wanted.seed)
    if goal is Goal.INTERFERENCE:
        w = np.repeat(choice(known, u[::starts], share), starts, axis=0)  # one problem for all starts of a drop
        lanes = Lanes(known, choice, share).take(np.repeat(np.arange(len(share)), starts))
        reached = search(goal, lanes.known, u, w, lanes.share, False, wanted.options)
        asked = Found(reached.u, w, reached.objective, reached.iterations, reached.trace)
        best = best_of(goal, len(share), [asked])
    else:
        asked, best = _largest_rate(s, Lanes(known, choice, share), wanted, u, start is not None)
    after = choice(known, best.u, share) if goal is Goal.INTERFERENCE else best.w
    return finish(
        known, goal, best.u, after, best.w, share, joint=wanted.joint, tolerance=wanted.tolerance,
        iterations=best.iterations, trace=best.trace,
        spread=asked.value.reshape(-1, starts).std(axis=1, ddof=1) if starts > 1 else None,
    )  # fmt: skip


def _largest_rate(s: Scenario, drops: Lanes, wanted: Wanted, u: np.ndarray, given: bool) -> tuple[Found, Found]:
    """What the starts u that were asked for reach, and the best of these and of what the method must not fall below."""
    known, goal, first = drops.known, wanted.goal, u[:: wanted.starts]

    def lanes(u: np.ndarray) -> Lanes:
        return drops.take(np.repeat(np.arange(len(first)), len(u) // len(first)))

    def from_starts(u: np.ndarray, joint: bool = False, simpler: Kind = "rzf") -> Found:
        return improved(lanes(u), goal, u, joint, wanted.options, wanted.rounds, simpler)

    if not wanted.careful:
        asked = alternate(lanes(u), goal, u, wanted.joint, wanted.options, wanted.rounds)
        return asked, best_of(goal, len(first), [asked])
    asked = from_starts(u)
    found = [asked]
    if not given:
        found.append(from_starts(aligned_starts(amplitudes(s, u.shape[-1]), known)))
    if drops.precoder.kind == "wmmse":
        found += [from_starts(first, simpler="mrt"), as_it_is(drops, goal, first)]
    if wanted.joint:
        found.append(from_starts(best_of(goal, len(first), found).u, joint=True))
        if not given:  # a conventional surface is one of free amplitudes
            reflecting = np.array([[0], [1]]) * np.exp(1j * np.angle(first))
            found += [from_starts(reflecting, joint=True), as_it_is(drops, goal, reflecting)]
    found.append(as_it_is(drops, goal, np.zeros_like(first)))  # last: the first of equals is taken
    return asked, best_of(goal, len(first), found)


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
