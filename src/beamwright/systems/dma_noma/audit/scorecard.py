"""Scores of a design: at the users' true positions, and in the table that a person reads."""

import numpy as np

from beamwright.core import Headline, as_array, guarded
from beamwright.systems.dma_noma.physics import Design, Scenario, checked, model
from beamwright.systems.dma_noma.scene import Realisation
from beamwright.systems.dma_noma.types import Scorecard


@guarded(Scenario)
def evaluate(scenario: Scenario, realisation: Realisation, design: Design) -> Scorecard:
    """Judge amplitudes, beams and powers at ``realisation.truth``, with what is scattered, or else the worst of it.

    What is scattered is the same on all subcarriers, of which the worst counts.

    Raises: ValueError naming ``scattered`` of a wrong shape, or with NaN or infinity.
    """
    known, scattered = checked(scenario, realisation.known), realisation.scattered
    sent, extra = model.over_band(scenario, known, design), np.zeros(1)
    if scattered is not None:
        drops, users = known.users.shape
        extra = as_array(
            scattered,
            "scattered",
            "drops users elements",
            complex,
            drops=drops,
            users=users,
            elements=scenario.elements,
        )[:, :, None]
        sent = [(near.without_scattering(), far.without_scattering()) for near, far in sent]
    places = realisation.truth[:, :, None]
    near_rates, far_rates = model.rates(design, *model.worst_in_band(scenario, known, places, sent, extra))
    return Scorecard(
        near_rates=near_rates,
        far_rates=far_rates,
        weighted_rate=model.weighted_rate(scenario, known, near_rates, far_rates),
        sum_rate=near_rates.sum(axis=-1) + far_rates.sum(axis=-1),
        guaranteed_sum_rate=design.guaranteed_sum_rate,
        verified_sum_rate=design.certificate.verified_sum_rate,
    )


def headline(scenario: Scenario, design: Design) -> Headline:
    """One row per drop for the table that a person reads."""
    proof = design.certificate
    return [
        {
            "drop": drop,
            "status": status,
            "guaranteed (bit/s/Hz)": design.guaranteed_sum_rate[drop],
            "verified (bit/s/Hz)": proof.verified_sum_rate[drop],
            "weighted": design.guaranteed_weighted_rate[drop],
            "its bound": proof.bound[drop],
            "least near": proof.verified_near_rates[drop].min(),
            "least far": proof.verified_far_rates[drop].min(),
            "rounds": int(design.iterations[drop]),
            "Rayleigh (m)": scenario.rayleigh_m,
        }
        for drop, status in enumerate(design.status_text)
    ]
