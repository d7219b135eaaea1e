"""What the surface must beat: random phases, no surface at all, reflection only."""

import numpy as np

from beamwright.core import USUAL, guarded
from beamwright.systems.star_ris import options
from beamwright.systems.star_ris.design import finish
from beamwright.systems.star_ris.known import checked
from beamwright.systems.star_ris.precoders import Precoding, chosen
from beamwright.systems.star_ris.results import Design, Goal, Statistics
from beamwright.systems.star_ris.scenario import Scenario
from beamwright.systems.star_ris.sizes import design_bytes
from beamwright.systems.star_ris.surfaces import amplitudes, random_start, time_share


@guarded(Scenario, options.AsItIs, design_bytes)
def random_surface(s: Scenario, known: Statistics, precoder: Precoding = USUAL, seed: int = USUAL) -> Design:
    """Independent uniform phases, the scenario's amplitudes; drop i uses fold_in(key(seed), i)."""
    known = checked(known, s)
    drops, elements = known.surface_mean.shape[:2]
    return _as_it_is(s, known, random_start(amplitudes(s, elements), known, 1, seed), precoder)


@guarded(Scenario, options.NoSurface, design_bytes)
def no_surface(s: Scenario, known: Statistics, precoder: Precoding = USUAL) -> Design:
    """u = 0: direct links only."""
    known = checked(known, s)
    drops, elements = known.surface_mean.shape[:2]
    return _as_it_is(s, known, np.zeros((drops, 2, elements), complex), precoder)


@guarded(Scenario, options.AsItIs, design_bytes)
def reflecting_only(s: Scenario, known: Statistics, precoder: Precoding = USUAL, seed: int = USUAL) -> Design:
    """A conventional surface with random phases: users behind it have their direct link only."""
    known = checked(known, s)
    drops, elements = known.surface_mean.shape[:2]
    conventional = np.stack([np.zeros(elements), np.ones(elements)])
    return _as_it_is(s, known, random_start(conventional, known, 1, seed), precoder)


def _as_it_is(s: Scenario, known: Statistics, u: np.ndarray, precoder: Precoding) -> Design:
    share = time_share(s, known)
    w = chosen(known, precoder, share)(known, u, share)
    return finish(known, Goal.SUM_RATE, u, w, w, share)
