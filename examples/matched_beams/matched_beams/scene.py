"""What the designer knows: drawn at random, or brought by a person."""

from dataclasses import dataclass

import jax
import numpy as np
from numpy.typing import ArrayLike

from beamwright.channels import rayleigh
from beamwright.core import ArrayRecord, Input, as_array, drop_keys, guarded, plain_array, require_drops
from matched_beams.scenario import Scenario

INPUTS = {"h": Input("drops users antennas", "amplitude", conjugated=True)}


@dataclass(frozen=True)
class Realisation(ArrayRecord):
    """Channels of a batch of drops: known as they are."""

    known: np.ndarray
    """(drops, users, antennas)."""

    @property
    def truth(self) -> np.ndarray:
        """(drops, users, antennas) the same channels: nothing is uncertain here."""
        return self.known


@guarded(Scenario)
def draw(scenario: Scenario, key: jax.Array, drops: int, first: int = 0) -> Realisation:
    """Rayleigh channels; drop i has key ``fold_in(key, i)``."""
    require_drops(drops, first)
    return Realisation(np.asarray(rayleigh(drop_keys(key, drops, first), scenario.users, scenario.antennas)))


@guarded(Scenario)
def known(scenario: Scenario, h: ArrayLike) -> np.ndarray:
    """A person's channels, (drops, users, antennas) or one drop. Raises ValueError naming ``h``."""
    h = plain_array(getattr(h, "known", h), "h")
    sizes = {"users": scenario.users, "antennas": scenario.antennas}
    return as_array(h[None] if h.ndim == 2 else h, "h", "drops users antennas", complex, **sizes)
