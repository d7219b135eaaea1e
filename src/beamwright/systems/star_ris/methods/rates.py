"""Largest sum rate (P2) and largest least rate (P3): surface, precoder, and the energy split of the elements."""

from typing import Literal

from numpy.typing import ArrayLike

from beamwright.core import USUAL, require
from beamwright.optim import conjugate_gradient as cg
from beamwright.systems.star_ris.methods import certified, options
from beamwright.systems.star_ris.scene import Scenario, Statistics, checked, time_share
from beamwright.systems.star_ris.scene import amplitudes as fixed_amplitudes
from beamwright.systems.star_ris.solve import (
    ForLeast,
    ForSum,
    Lanes,
    Precoding,
    SearchOptions,
    alternate,
    best_of,
    largest_rate,
    precoder_rule,
    start_surface,
)
from beamwright.systems.star_ris.types import Design, Goal

Amplitudes = Literal["fixed", "joint"]


@options.guarded_method(options.SumRate)
def maximise_sum_rate(
    scenario: Scenario,
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
    return _maximise(
        scenario, known, Goal.SUM_RATE, precoder, ForSum, amplitudes, start, tolerance, iterations, rounds,
        starts, seed, careful,
    )  # fmt: skip


@options.guarded_method(options.MinRate)
def maximise_min_rate(
    scenario: Scenario,
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
    return _maximise(
        scenario, known, Goal.MIN_RATE, precoder, ForLeast, amplitudes, start, tolerance, iterations, rounds,
        starts, seed, careful,
    )  # fmt: skip


def _maximise(
    s: Scenario,
    known: Statistics,
    goal: Goal,
    precoder: Precoding,
    kinds: object,
    amplitudes: Amplitudes,
    start: ArrayLike | None,
    tolerance: float,
    iterations: int,
    rounds: int,
    starts: int,
    seed: int,
    careful: bool,
) -> Design:
    require(amplitudes in ("fixed", "joint"), "amplitudes", "be 'fixed' or 'joint'", repr(amplitudes))
    splits = s.surface_mode == "energy-splitting"
    require(amplitudes == "fixed" or splits, "amplitudes", "be 'fixed' in this surface_mode", repr(amplitudes))
    options.check_start(start, starts)
    known = checked(known, s)
    share, joint = time_share(s, known), amplitudes == "joint"
    lanes = Lanes(known, precoder_rule(known, precoder, share, kinds, balanced=goal is Goal.MIN_RATE), share)
    u = start_surface(s, known, start, starts, seed)
    search = SearchOptions(goal, joint, cg.Options(tolerance=tolerance, iterations=iterations), rounds)
    if careful:
        requested, best = largest_rate(lanes, u, search, fixed_amplitudes(s, s.elements), aligned=start is None)
    else:
        requested = alternate(lanes.repeated(starts), u, search)
        best = best_of(goal, len(share), [requested])
    return certified.design(
        known, goal, best.u, best.w, best.w, share, joint=joint, tolerance=tolerance,
        iterations=best.iterations, trace=best.trace, spread=requested.spread(starts),
    )  # fmt: skip
