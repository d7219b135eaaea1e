"""Goals, designs, certificates and scorecards: records of arrays, each of which leads with drops.

Axes: ``drops users antennas elements sides``; side 0 transmits, side 1 reflects. ``[.., k, j]`` is user k and stream j.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

import numpy as np

from beamwright.core import ArrayRecord, Asked, Found, Informative, Residual, StatusRecord, Violation

PASSIVE, POWER = 1e-9, 1e-9
"""Largest relative violation of a passive surface and of the power budget that counts as none."""


class Goal(IntEnum):
    """The objective of a design; its code is kept in ``Design.goal``."""

    INTERFERENCE = 0
    """P1: least sum of E|F_kj|^2 over j != k."""
    SUM_RATE = 1
    """P2: largest sum of rates."""
    MIN_RATE = 2
    """P3: largest least rate."""


@dataclass(frozen=True)
class Certificate(StatusRecord):
    """Objective, bound, gap, gradient norm and violations, recomputed from arrays by the closed-form moments."""

    goal: np.ndarray
    """(drops,) ``Goal`` code."""
    objective: np.ndarray
    """(drops,) of the goal with ``design_precoder``: interference over ``reference``, sum or least rate (bit/s/Hz)."""
    bound: np.ndarray
    """(drops,) no phases (where joint: no surface) do better with that precoder and those amplitudes: a lower bound
    for interference, an upper one for rates."""
    gap: Residual
    """(drops,) |objective / bound - 1|; NaN where the bound is zero or infinite."""
    gradient_norm: Residual
    """(drops,) Riemannian gradient of the objective in the variables of the design; zero at stationary points."""
    reference: np.ndarray
    """(drops,) interference expected of uniformly random phases, in W: the unit of the interference objective."""
    interference_w: np.ndarray
    """(drops,) sum over j != k of E|F_kj|^2 with ``precoder``."""
    sinr: np.ndarray
    """(drops, users) use-and-forget, with ``precoder``; a rigorous lower bound on what is achieved."""
    rates: np.ndarray
    """(drops, users) shares times log2(1 + sinr), bit/s/Hz."""
    amplitude_violation: Residual
    """(drops,) largest | |u_t|^2 + |u_r|^2 - 1 | of an element (time switching: of |u| - 1; no surface: of u)."""
    power_violation: Residual
    """(drops,) by how much the precoders exceed the power, relative."""
    status: np.ndarray
    """(drops,) ``Status`` codes."""

    @property
    def sense(self) -> Literal["minimise", "maximise"]:
        """Interference is minimised, rates are maximised."""
        return "minimise" if np.all(self.goal == Goal.INTERFERENCE) else "maximise"

    @property
    def violations(self) -> Mapping[str, Violation]:
        """A passive surface, and the power budget."""
        return {
            "amplitude_violation": Violation(self.amplitude_violation, PASSIVE),
            "power_violation": Violation(self.power_violation, POWER),
        }


@dataclass(frozen=True)
class Design(StatusRecord):
    """A surface and a precoder for every drop, with everything needed to check them."""

    u: Found
    """(drops, 2, elements) complex: amplitudes and phases of the elements, transmission then reflection."""
    precoder: Found
    """(drops, antennas, users) sqrt(W), for the surface as it is; ``rates`` are its rates."""
    design_precoder: Found
    """(drops, antennas, users) for which the surface was designed; ``objective`` and ``bound`` are with it."""
    objective: np.ndarray
    """(drops,) see ``Certificate``."""
    bound: np.ndarray
    """(drops,) see ``Certificate``."""
    rates: np.ndarray
    """(drops, users) use-and-forget, bit/s/Hz."""
    trace: Informative
    """(drops, steps) objective after each step, NaN after the end."""
    iterations: Informative
    """(drops,) of the search, all rounds and starts together."""
    status: np.ndarray
    """(drops,) ``Status`` codes."""
    goal: Asked
    """(drops,) ``Goal`` code, the same for all drops."""
    joint: Asked
    """(drops,) 1 where the amplitudes were variables too, else 0."""
    tolerance: Asked
    """(drops,) on the gradient norm, for ``stationary``."""
    share: Asked
    """(drops, users) share of time in which the user is served; 1 unless time switching."""
    spread: Informative
    """(drops,) standard deviation of the objective over the starts; NaN for one start."""
    certificate: Certificate

    @property
    def sum_rate(self) -> np.ndarray:
        """(drops,) bit/s/Hz."""
        return self.rates.sum(axis=-1)


@dataclass(frozen=True)
class Scorecard(ArrayRecord):
    """Metrics of surface and precoder; channels vary about the known means, so these are exact, not sampled."""

    rate_bps_hz: np.ndarray
    """(drops, users) use-and-forget: rigorous."""
    sum_rate: np.ndarray
    """(drops,) bit/s/Hz."""
    min_rate: np.ndarray
    """(drops,) bit/s/Hz."""
    ratio_sum_rate: np.ndarray
    """(drops,) from the ratio of expectations: an approximation that counts incoherent power as useful."""
    qpsk_sum_rate: np.ndarray
    """(drops,) with QPSK instead of Gaussian symbols, at most 2 bit/s/Hz per user."""
    sinr: np.ndarray
    """(drops, users)."""
    interference_w: np.ndarray
    """(drops,) sum over j != k of E|F_kj|^2."""
    signal_w: np.ndarray
    """(drops,) sum over k of |m_kk|^2, the coherent power that is wanted."""
