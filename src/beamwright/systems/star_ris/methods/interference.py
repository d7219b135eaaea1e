"""Least interference (P1): phases of the surface for the precoder of its start."""

import warnings

from numpy.typing import ArrayLike

from beamwright.core import USUAL
from beamwright.optim import conjugate_gradient as cg
from beamwright.systems.star_ris.methods import certified, options
from beamwright.systems.star_ris.scene import Scenario, Statistics, checked, time_share
from beamwright.systems.star_ris.solve import (
    Closed,
    Lanes,
    Precoding,
    SearchOptions,
    best_of,
    least_interference,
    precoder_rule,
    start_surface,
)
from beamwright.systems.star_ris.types import Design, Goal


@options.guarded_method(options.Interference)
def minimise_interference(
    scenario: Scenario,
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
    options.check_start(start, starts)
    known = checked(known, scenario)
    share, goal = time_share(scenario, known), Goal.INTERFERENCE
    rule = precoder_rule(known, precoder, share, Closed)
    u = start_surface(scenario, known, start, starts, seed)
    search = SearchOptions(goal, False, cg.Options(tolerance=tolerance, iterations=iterations))
    requested = least_interference(Lanes(known, rule, share), u, search)
    best = best_of(goal, len(share), [requested])
    return certified.design(
        known, goal, best.u, rule(known, best.u, share), best.w, share, tolerance=tolerance,
        iterations=best.iterations, trace=best.trace, spread=requested.spread(starts),
    )  # fmt: skip
