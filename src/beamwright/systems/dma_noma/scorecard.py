"""How a design does where the users really are."""

from dataclasses import dataclass

import numpy as np

from beamwright.core import ArrayRecord, guarded
from beamwright.systems.dma_noma import model
from beamwright.systems.dma_noma.adversary import weighted
from beamwright.systems.dma_noma.geometry import channels
from beamwright.systems.dma_noma.known import checked
from beamwright.systems.dma_noma.realisation import Realisation
from beamwright.systems.dma_noma.results import Design
from beamwright.systems.dma_noma.scenario import Scenario


@dataclass(frozen=True)
class Scorecard(ArrayRecord):
    """Rates at the true positions (far users: for the worst scattered part), beside the guaranteed ones."""

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


@guarded(Scenario)
def evaluate(scenario: Scenario, realisation: Realisation, design: Design) -> Scorecard:
    """Judge amplitudes, beams and powers at ``realisation.truth``."""
    known = checked(scenario, realisation.known)
    near, far = model.sent(scenario, known, design)
    h = channels(scenario, realisation.truth)[:, :, None]
    groups = scenario.groups
    a, b = model.ratios(h[:, :groups], near)[..., 0], model.ratios(h[:, groups:], far)[..., 0]
    near_rates, far_rates = model.rates(design, a, b)
    return Scorecard(
        near_rates=near_rates,
        far_rates=far_rates,
        weighted_rate=weighted(scenario, near_rates, far_rates),
        sum_rate=near_rates.sum(axis=-1) + far_rates.sum(axis=-1),
        guaranteed_sum_rate=design.guaranteed_sum_rate,
        verified_sum_rate=design.certificate.verified_sum_rate,
    )
