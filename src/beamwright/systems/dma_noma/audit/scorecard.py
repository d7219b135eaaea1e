"""Scores of a design: at the users' true positions, and in the table that a person reads."""

from beamwright.core import Headline, guarded
from beamwright.systems.dma_noma.physics import Design, Scenario, channels, checked, model
from beamwright.systems.dma_noma.scene import Realisation
from beamwright.systems.dma_noma.types import Scorecard


@guarded(Scenario)
def evaluate(scenario: Scenario, realisation: Realisation, design: Design) -> Scorecard:
    """Judge amplitudes, beams and powers at ``realisation.truth``."""
    sent = model.transmissions(scenario, checked(scenario, realisation.known), design)
    ratios = model.worst_ratios(channels(scenario, realisation.truth)[:, :, None], sent)
    near_rates, far_rates = model.rates(design, *ratios)
    return Scorecard(
        near_rates=near_rates,
        far_rates=far_rates,
        weighted_rate=model.weighted_rate(scenario, near_rates, far_rates),
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
