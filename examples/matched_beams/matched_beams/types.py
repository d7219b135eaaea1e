"""What a design and its certificate hold: arrays that lead with drops."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from beamwright.core import ArrayRecord, Asked, Found, Informative, Residual, StatusRecord, Violation

MET = 1e-9
"""An SNR that is missed by less, relative, counts as met."""


@dataclass(frozen=True)
class Certificate(StatusRecord):
    """What holds for beams and multipliers, recomputed from them."""

    sense: ClassVar[Literal["minimise"]] = "minimise"
    objective: np.ndarray
    """(drops,) power of all slots, W."""
    bound: np.ndarray
    """(drops,) no beams meet the SNRs with less, W."""
    gap: Residual
    """(drops,) objective / bound - 1."""
    snr_shortfall: Residual
    """(drops,) largest relative shortfall of an SNR."""
    status: np.ndarray
    """(drops,) ``Status`` codes."""

    @property
    def violations(self) -> Mapping[str, Violation]:
        """Required SNRs."""
        return {"snr_shortfall": Violation(self.snr_shortfall, MET)}


@dataclass(frozen=True)
class Design(StatusRecord):
    """Beams for every drop, and the multipliers that prove them optimal."""

    beams: Found
    """(drops, users, antennas) complex, sqrt(W)."""
    multipliers: Found
    """(drops, users) of the SNR constraints, W per unit of SNR over its target."""
    snr_target: Asked
    """(drops, users) linear."""
    objective: np.ndarray
    """(drops,) see ``Certificate``."""
    bound: np.ndarray
    """(drops,) see ``Certificate``."""
    iterations: Informative
    """(drops,) of the search: none."""
    trace: Informative
    """(drops, steps) of the objective."""
    status: np.ndarray
    """(drops,) ``Status`` codes."""
    certificate: Certificate


@dataclass(frozen=True)
class Scorecard(ArrayRecord):
    """How beams do on the channels that are true."""

    snr: np.ndarray
    """(drops, users) linear."""
