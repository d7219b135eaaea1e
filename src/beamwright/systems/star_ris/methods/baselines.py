"""Baselines that a designed surface must beat: random phases, no surface at all, reflection only."""

from typing import Any

import numpy as np

from beamwright.core import USUAL, Config, guarded
from beamwright.systems.star_ris.audit import demanded as demanded_of_search
from beamwright.systems.star_ris.methods import options
from beamwright.systems.star_ris.methods.certified import certified_design
from beamwright.systems.star_ris.scenario import Scenario
from beamwright.systems.star_ris.scene import amplitudes, checked, time_share
from beamwright.systems.star_ris.sizes import design_bytes
from beamwright.systems.star_ris.solve.precoders import Precoding, precoder_rule
from beamwright.systems.star_ris.solve.start import random_start
from beamwright.systems.star_ris.types import Design, Goal, Statistics


@guarded(Scenario, options.Undesigned, design_bytes)
def random_surface(s: Scenario, known: Statistics, precoder: Precoding = USUAL, seed: int = USUAL) -> Design:
    """Independent uniform phases, the scenario's amplitudes; drop i uses fold_in(key(seed), i)."""
    known = checked(known, s)
    drops, elements = known.surface_mean.shape[:2]
    return _undesigned(s, known, random_start(amplitudes(s, elements), known, 1, seed), precoder)


@guarded(Scenario, options.NoSurface, design_bytes)
def no_surface(s: Scenario, known: Statistics, precoder: Precoding = USUAL) -> Design:
    """u = 0: direct links only."""
    known = checked(known, s)
    drops, elements = known.surface_mean.shape[:2]
    return _undesigned(s, known, np.zeros((drops, 2, elements), complex), precoder)


@guarded(Scenario, options.Undesigned, design_bytes)
def reflecting_only(s: Scenario, known: Statistics, precoder: Precoding = USUAL, seed: int = USUAL) -> Design:
    """A conventional surface with random phases: users behind it have their direct link only."""
    known = checked(known, s)
    drops, elements = known.surface_mean.shape[:2]
    conventional = np.stack([np.zeros(elements), np.ones(elements)])
    return _undesigned(s, known, random_start(conventional, known, 1, seed), precoder)


def _undesigned(s: Scenario, known: Statistics, u: np.ndarray, precoder: Precoding) -> Design:
    share = time_share(s, known)
    w = precoder_rule(known, precoder, share)(known, u, share)
    return certified_design(known, Goal.SUM_RATE, u, w, w, share)


BASELINES = {"random": random_surface, "no-surface": no_surface, "reflecting-only": reflecting_only}
DEMANDED = ("goal", "joint", "tolerance", "share", "spread", "u", "precoder", "design_precoder")


def demanded(s: Scenario, known: Statistics, design: Design, method: str, options: Config) -> dict[str, Any]:
    """Demands on any design (``core.contract.System.asked``); a baseline must be what making it again gives."""
    if method not in BASELINES:
        return demanded_of_search(s, known, design, method, options)
    again = BASELINES[method](s, known, **dict(options))
    return {name: getattr(again, name) for name in DEMANDED}
