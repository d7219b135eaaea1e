"""Scorecard of a design on the true channels: no solver marks its own work."""

from beamwright.core import guarded
from beamwright.metrics import equivalent_sinr, least_over_users, spectral_efficiency
from beamwright.systems.noma_isac.physics import Design, Oma, Scenario, model, relative_residuals
from beamwright.systems.noma_isac.scene import Realisation
from beamwright.systems.noma_isac.types import Scorecard


@guarded(Scenario)
def evaluate(scenario: Scenario, realisation: Realisation, design: Design) -> Scorecard:
    """Scorecard of the beams on ``realisation.truth``; users cancel with ``known``, and errors leave a residual."""
    known, beams, order = realisation.known, design.beams, design.order
    oma = design.problem(known).oma
    table = model.sinr(scenario, known, beams, order, realisation.truth - known, oma)
    response = model.target_response_w(scenario.steering, beams, oma)
    radiated_w = model.radiated_power_w(beams, oma)
    objective_w = model.weighted_power_w(scenario, radiated_w, response)
    ordered = scenario.sic_order and oma is Oma.NONE
    missed = relative_residuals(
        scenario,
        sinr=table,
        sinr_target=design.sinr_target,
        mask=model.decoding_mask(scenario, order, oma),
        response=response,
        margin=model.sic_margin(realisation.truth, beams, order) if ordered else None,
        objective_w=objective_w,
        power_limit_w=design.power_limit_w,
    )
    stream = least_over_users(table)
    stream = stream if oma is Oma.NONE else equivalent_sinr(stream, scenario.users)
    return Scorecard(
        **vars(missed),
        sinr=table,
        stream_sinr=stream,
        min_sinr=stream.min(axis=-1),
        rate_bps_hz=spectral_efficiency(stream),
        objective_w=objective_w,
        radiated_power_w=radiated_w,
        sensing_power_w=model.target_power_w(response).mean(axis=1),
        cross_correlation_w2=model.cross_correlation_w2(response).max(axis=-1),
    )
