"""Scorecard and headline of a design, by the closed-form moments: the known statistics are the true ones here."""

from beamwright.core import Headline, guarded
from beamwright.systems.star_ris.physics import model
from beamwright.systems.star_ris.scene import Realisation, Scenario
from beamwright.systems.star_ris.types import Design, Scorecard


@guarded(Scenario)
def evaluate(scenario: Scenario, realisation: Realisation, design: Design) -> Scorecard:
    """Metrics of the surface with ``design.precoder``."""
    known = realisation.known
    moments = model.moments(known, design.u, design.precoder, design.share)
    rate = model.rates(known, moments, design.share)
    return Scorecard(
        rate_bps_hz=rate,
        sum_rate=rate.sum(axis=-1),
        min_rate=rate.min(axis=-1),
        ratio_sum_rate=(design.share * model.ratio_rates(known, moments)).sum(axis=-1),
        qpsk_sum_rate=model.qpsk_rates(known, moments, design.share).sum(axis=-1),
        sinr=model.sinr(known, moments),
        interference_w=model.interference_w(moments),
        signal_w=model.signal_w(moments).sum(axis=-1),
    )


def headline(scenario: Scenario, design: Design) -> Headline:
    """One row per drop for the table a person reads."""
    return [
        {
            "drop": drop,
            "status": status,
            "objective": design.objective[drop],
            "bound": design.bound[drop],
            "gradient": design.certificate.gradient_norm[drop],
            "sum rate (bit/s/Hz)": design.rates[drop].sum(),
            "least rate (bit/s/Hz)": design.rates[drop].min(),
            "iterations": int(design.iterations[drop]),
        }
        for drop, status in enumerate(design.status_text)
    ]
