"""Comparisons: random phases, no surface at all, reflection only, and the approximation by CVXPY."""

import numpy as np

from beamwright.core import USUAL, Config, Demands
from beamwright.systems.star_ris.audit import demanded as of_search
from beamwright.systems.star_ris.methods import certified, options
from beamwright.systems.star_ris.scene import Scenario, Statistics, amplitudes, checked, time_share
from beamwright.systems.star_ris.solve import Closed, Precoding, precoder_rule, random_start
from beamwright.systems.star_ris.types import Design, Goal


@options.guarded_method(options.Undesigned)
def random_surface(scenario: Scenario, known: Statistics, precoder: Precoding = USUAL, seed: int = USUAL) -> Design:
    """Independent uniform phases, the scenario's amplitudes; drop i uses fold_in(key(seed), i)."""
    known = checked(known, scenario)
    drops, elements = known.surface_mean.shape[:2]
    return _undesigned(scenario, known, random_start(amplitudes(scenario, elements), known, 1, seed), precoder)


@options.guarded_method(options.NoSurface)
def no_surface(scenario: Scenario, known: Statistics, precoder: Precoding = USUAL) -> Design:
    """u = 0: direct links only."""
    known = checked(known, scenario)
    drops, elements = known.surface_mean.shape[:2]
    return _undesigned(scenario, known, np.zeros((drops, 2, elements), complex), precoder)


@options.guarded_method(options.Undesigned)
def reflecting_only(scenario: Scenario, known: Statistics, precoder: Precoding = USUAL, seed: int = USUAL) -> Design:
    """A conventional surface with random phases: users behind it have their direct link only."""
    known = checked(known, scenario)
    drops, elements = known.surface_mean.shape[:2]
    conventional = np.stack([np.zeros(elements), np.ones(elements)])
    return _undesigned(scenario, known, random_start(conventional, known, 1, seed), precoder)


@options.guarded_method(options.Sca)
def run_sca(scenario: Scenario, known: Statistics, precoder: Closed = USUAL, seed: int = USUAL) -> Design:
    """``reference.sca`` with the options of the method."""
    from beamwright.systems.star_ris.methods.reference import sca

    return sca(scenario, known, precoder, seed=seed)


def _undesigned(s: Scenario, known: Statistics, u: np.ndarray, precoder: Precoding) -> Design:
    share = time_share(s, known)
    w = precoder_rule(known, precoder, share)(known, u, share)
    return certified.design(known, Goal.SUM_RATE, u, w, w, share)


BASELINES = {"random": random_surface, "no-surface": no_surface, "reflecting-only": reflecting_only}
DEMANDED = ("goal", "joint", "tolerance", "share", "spread", "u", "precoder", "design_precoder")


def demanded(scenario: Scenario, known: Statistics, design: Design, method: str, options: Config) -> Demands:
    """Demands on any design (``core.contract.System.asked``); a baseline must be what making it again gives."""
    if method not in BASELINES:
        return of_search.demanded(scenario, known, design, method, options)
    again = BASELINES[method](scenario, known, **dict(options))
    return {name: getattr(again, name) for name in DEMANDED}
