"""Records of a design, its certificate and its scorecard: arrays only, every array leads with drops.

Axes: ``drops groups elements chains``; users come near then far, ``[.., i, 0]`` is group i's near user, 1 its far one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar, Literal

import numpy as np

from beamwright.core import ArrayRecord, Asked, Found, Informative, Residual, StatusRecord, Violation

SOUND = 1e-9
"""Largest power, box and norm residual that counts as none."""
MET = 1e-6
"""A required rate that is missed by less counts as met, bit/s/Hz: everywhere, over the scenario set and verified."""
TRUSTED = 0.05
"""Largest excess of the guaranteed over the verified sum rate at which both count as one, bit/s/Hz."""


class Network(IntEnum):
    """What is between chains and elements; the code kept in ``Design.network``."""

    SURFACE = 0
    """A metasurface: W = diag(m) Q, a response per element."""
    DIGITAL = 1
    """Nothing: a chain per element, W = diag(m)."""
    SHIFTERS = 2
    """Phase shifters between all chains and elements: W_nl = m_nl / sqrt(N L), a response per shifter."""


class Access(IntEnum):
    """Multiple access of near and far users; the code kept in ``Design.access``."""

    NOMA = 0
    """Together: near users cancel the far users' signals."""
    TDMA = 1
    """Near users in one slot, far users in another, each with a surface and beams of its own."""
    FDMA = 2
    """Near users in one band, far users in another, at once, with one surface and one set of beams."""


@dataclass(frozen=True)
class Certificate(StatusRecord):
    """Guaranteed and verified rates, bound and residuals, recomputed from positions, amplitudes, beams and powers."""

    sense: ClassVar[Literal["maximise"]] = "maximise"
    near_rates: np.ndarray
    """(drops, groups) least over the scenario set, bit/s/Hz."""
    far_rates: np.ndarray
    """(drops, groups) least over the scenario set, interference cancellation at the near user included, bit/s/Hz."""
    guaranteed_weighted_rate: np.ndarray
    """(drops,) sum of weighted least rates over the scenario set, see ``Scenario.weights``."""
    guaranteed_sum_rate: np.ndarray
    """(drops,) sum of least rates over the scenario set."""
    verified_weighted_rate: np.ndarray
    """(drops,) against the dense adversary: thousands of positions and a local search from the worst."""
    verified_sum_rate: np.ndarray
    """(drops,)."""
    verified_near_rates: np.ndarray
    """(drops, groups) at the adversary's positions, bit/s/Hz: the status follows them."""
    verified_far_rates: np.ndarray
    """(drops, groups)."""
    verified_energy_efficiency: np.ndarray
    """(drops,) verified weighted rate over the power that the station draws, bit/s/Hz/W."""
    worst_positions_m: np.ndarray
    """(drops, 2 groups, 3) the adversary's positions, near users, then far users."""
    bound: np.ndarray
    """(drops,) weighted rate that no responses, beams or powers exceed: every group alone, nobody interferes."""
    rate_shortfall: Residual
    """(drops,) largest amount by which a required rate is missed over the scenario set, bit/s/Hz."""
    verified_shortfall: Residual
    """(drops,) largest amount by which a required rate is missed at the adversary's positions, bit/s/Hz."""
    power_residual: Residual
    """(drops,) excess of the sum of powers over P, over P; or what a power is below zero."""
    box_residual: Residual
    """(drops,) largest violation of what elements can do (0 <= m <= 1, |m - j/2| = 1/2, |m| = 1), and of unit beams."""
    status: np.ndarray
    """(drops,) ``Status`` codes: ``feasible``; ``stopped``, where demands are met but the scenario set promises over
    0.05 bit/s/Hz more than the adversary leaves: trust the verified rates; ``qos_infeasible``; ``stalled``."""

    @property
    def objective(self) -> np.ndarray:
        """(drops,) ``verified_weighted_rate``, bit/s/Hz."""
        return self.verified_weighted_rate

    @property
    def gap(self) -> np.ndarray:
        """(drops,) bound over objective, less one; the bound allows what no metasurface can do."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return self.bound / self.objective - 1

    @property
    def violations(self) -> Mapping[str, Violation]:
        """Required rates over the scenario set and verified, the power budget, amplitudes and beams."""
        return {
            "rate_shortfall": Violation(self.rate_shortfall, MET),
            "verified_shortfall": Violation(self.verified_shortfall, MET),
            "power_residual": Violation(self.power_residual, SOUND),
            "box_residual": Violation(self.box_residual, SOUND),
        }


@dataclass(frozen=True)
class Design(StatusRecord):
    """Amplitudes, beams and powers of every drop, with their certificate."""

    amplitudes: Found
    """(drops, elements) in [0, 1], moduli of responses, or (drops, elements, chains) of phase shifters; where slots
    differ, those of the near users' slot."""
    beams: Found
    """(drops, chains, groups), columns of norm one."""
    powers_w: Found
    """(drops, groups, 2) of near and far user; where slots differ, within the slot of each."""
    guaranteed_sum_rate: np.ndarray
    """(drops,) bit/s/Hz, see ``Certificate``."""
    guaranteed_weighted_rate: np.ndarray
    """(drops,) bit/s/Hz."""
    trace: Informative
    """(drops, rounds + 1) weighted rate after each round, the best so far; NaN after the end."""
    iterations: Informative
    """(drops,) rounds."""
    status: np.ndarray
    """(drops,) ``Status`` codes, those of the certificate; ``qos_infeasible``: rates could not be met, best effort."""
    access: Asked
    """(drops,) ``Access`` code, the same for all drops."""
    share: Asked
    """(drops, 2) of time or band for near and far users; 1, 1 in NOMA."""
    network: Asked
    """(drops,) ``Network`` code, the same for all drops."""
    certificate: Certificate
    far_amplitudes: Found | None = None
    """(drops, elements) of the far users' slot, where slots differ."""
    far_beams: Found | None = None
    """(drops, chains, groups) of the far users' slot."""
    phases_rad: Found | None = None
    """Phases of the responses, of the shape of ``amplitudes``, where elements have any."""
    far_phases_rad: Found | None = None
    """Phases of the far users' slot."""

    @property
    def hardware(self) -> Network:
        """What is between chains and elements."""
        there = [kind for kind in (Network.DIGITAL, Network.SHIFTERS) if np.any(self.network == kind)]
        return there[0] if there else Network.SURFACE

    @property
    def responses(self) -> np.ndarray:
        """Responses m of elements or shifters, real under amplitude control."""
        return cartesian(self.amplitudes, self.phases_rad)

    @property
    def far_responses(self) -> np.ndarray | None:
        """Responses of the far users' slot, where slots differ."""
        return None if self.far_amplitudes is None else cartesian(self.far_amplitudes, self.far_phases_rad)


def cartesian(amplitudes: np.ndarray, phases_rad: np.ndarray | None) -> np.ndarray:
    """Numbers of these moduli and phases; without phases the moduli themselves."""
    return amplitudes if phases_rad is None else amplitudes * np.exp(1j * phases_rad)


def polar(responses: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
    """Moduli and phases of complex numbers; real ones, and no phases."""
    return (np.abs(responses), np.angle(responses)) if np.iscomplexobj(responses) else (responses, None)


@dataclass(frozen=True)
class Scorecard(ArrayRecord):
    """Rates at the true positions, with what is scattered or else the worst of it, beside the guaranteed ones."""

    near_rates: np.ndarray
    """(drops, groups) bit/s/Hz."""
    far_rates: np.ndarray
    """(drops, groups) bit/s/Hz."""
    weighted_rate: np.ndarray
    """(drops,)."""
    sum_rate: np.ndarray
    """(drops,)."""
    guaranteed_sum_rate: np.ndarray
    """(drops,)."""
    verified_sum_rate: np.ndarray
    """(drops,)."""
