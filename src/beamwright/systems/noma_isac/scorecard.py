"""How a design does on the channels that are true: no solver marks its own work."""

from dataclasses import dataclass

import numpy as np

from beamwright.core import guarded
from beamwright.metrics import equivalent_sinr, least_over_users, spectral_efficiency
from beamwright.systems.noma_isac import model
from beamwright.systems.noma_isac.realisation import Realisation
from beamwright.systems.noma_isac.residuals import residuals
from beamwright.systems.noma_isac.results import Design, Oma, Residuals
from beamwright.systems.noma_isac.scenario import Scenario


@dataclass(frozen=True)
class Scorecard(Residuals):
    """Metrics of the beams and, inherited, by how much they miss what was asked, all on the true channels."""

    sinr: np.ndarray
    """(drops, users l, users k) linear, user l decoding stream k; NaN where it does not; OMA: within the slot."""
    stream_sinr: np.ndarray
    """(drops, users) linear, the least over the users that decode the stream; OMA: equivalent for the same rate."""
    min_sinr: np.ndarray
    """(drops,) linear, the least of the streams."""
    rate_bps_hz: np.ndarray
    """(drops, users) log2(1 + stream_sinr)."""
    objective_w: np.ndarray
    """(drops,) J, the weighted power that is minimised."""
    radiated_power_w: np.ndarray
    """(drops,) tr R."""
    sensing_power_w: np.ndarray
    """(drops, targets) P_m, frame average."""
    cross_correlation_w2: np.ndarray
    """(drops,) C_bar, in slot mode the largest of the slots."""


@guarded(Scenario)
def evaluate(scenario: Scenario, realisation: Realisation, design: Design) -> Scorecard:
    """Judge the beams on ``realisation.truth``; users cancel with ``realisation.known``, errors leave a residual."""
    known, beams, order = realisation.known, design.beams, design.order
    oma = design.problem(known).oma
    table = model.sinr(scenario, known, beams, order, realisation.truth - known, oma)
    response = model.target_response_w(scenario.steering, beams, oma)
    radiated_w = model.radiated_power_w(beams, oma)
    objective_w = model.weighted_power_w(scenario, radiated_w, response)
    ordered = scenario.sic_order and oma is Oma.NONE
    missed = residuals(
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
