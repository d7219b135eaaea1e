"""Scorecard of a design on the true channels: no solver marks its own work."""

import numpy as np

from beamwright.core import guarded
from beamwright.metrics import equivalent_sinr, least_over_users, spectral_efficiency
from beamwright.systems.noma_isac.physics import Design, Oma, Scenario, model, relative_residuals
from beamwright.systems.noma_isac.physics.constraints import Point
from beamwright.systems.noma_isac.scene import Realisation
from beamwright.systems.noma_isac.types import Scorecard


@guarded(Scenario)
def evaluate(scenario: Scenario, realisation: Realisation, design: Design) -> Scorecard:
    """Scorecard of the beams on ``realisation.truth``; users cancel with ``known``, and errors leave a residual."""
    known, truth, beams = realisation.known, realisation.truth, design.beams
    problem = design.problem(known, scenario.error_shape)
    oma = problem.oma
    table = model.sinr(scenario, known, beams, design.order, truth - known, oma)
    response = model.target_response_w(scenario.steering, beams, oma)
    radiated_w = model.radiated_power_w(beams, oma)
    objective_w = model.weighted_power_w(scenario, radiated_w, response)
    at_antennas = Point(problem, truth, beams, np.eye(scenario.antennas), table)
    residuals = relative_residuals(scenario, at_antennas, objective_w)
    stream = least_over_users(table)
    stream = stream if oma is Oma.NONE else equivalent_sinr(stream, scenario.users)
    return Scorecard(
        **vars(residuals),
        sinr=table,
        stream_sinr=stream,
        min_sinr=stream.min(axis=-1),
        rate_bps_hz=spectral_efficiency(stream),
        objective_w=objective_w,
        radiated_power_w=radiated_w,
        sensing_power_w=model.target_power_w(response).mean(axis=1),
        cross_correlation_w2=model.cross_correlation_w2(response).max(axis=-1),
    )
