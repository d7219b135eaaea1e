"""How a design does: metrics by the closed-form moments of the known statistics, which are true here."""

from dataclasses import dataclass

import numpy as np

from beamwright.core import ArrayRecord, guarded
from beamwright.numerics import square_modulus
from beamwright.systems.star_ris import model
from beamwright.systems.star_ris.realisation import Realisation
from beamwright.systems.star_ris.results import Design
from beamwright.systems.star_ris.scenario import Scenario


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


@guarded(Scenario)
def evaluate(scenario: Scenario, realisation: Realisation, design: Design) -> Scorecard:
    """Judge the surface and ``design.precoder``."""
    known = realisation.known
    found = model.moments(known, design.u, design.precoder, design.share)
    rate = model.rates(known, found, design.share)
    own = square_modulus(np.diagonal(found.mean, axis1=-2, axis2=-1))
    return Scorecard(
        rate_bps_hz=rate,
        sum_rate=rate.sum(axis=-1),
        min_rate=rate.min(axis=-1),
        ratio_sum_rate=(design.share * model.ratio_rates(known, found)).sum(axis=-1),
        qpsk_sum_rate=model.qpsk_rates(known, found, design.share).sum(axis=-1),
        sinr=model.sinr(known, found),
        interference_w=model.interference_w(found),
        signal_w=own.sum(axis=-1),
    )
