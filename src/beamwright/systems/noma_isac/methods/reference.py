"""The relaxation by CVXPY and Clarabel, drop after drop, as a comparison (extra: reference)."""

import jax
import numpy as np
from numpy.typing import ArrayLike

from beamwright.core import USUAL, Config, db_to_linear
from beamwright.systems.noma_isac import scene
from beamwright.systems.noma_isac.methods import base
from beamwright.systems.noma_isac.methods.randomisation import randomise
from beamwright.systems.noma_isac.physics import Covariances, Design, Scenario, model
from beamwright.systems.noma_isac.solve import Solution


class Reference(Config):
    """Options of the reference solver."""

    sinr_db: base.PerUserDb = base.sinr_target()
    csi_error: base.PerUserError = base.ball_radius()


@base.guarded_method(Reference)
def reference(
    scenario: Scenario, channels: ArrayLike, sinr_db: ArrayLike = USUAL, csi_error: ArrayLike = USUAL
) -> Design:
    """Design along the top eigenvectors of CVXPY's covariances, certified by CVXPY's multipliers."""
    from beamwright.systems.noma_isac.methods.cvxpy_relaxation import minimise_power

    h = scene.batched_channels(scenario, channels)
    radius = scene.error_radius(scenario, csi_error, len(h))
    relaxed = minimise_power(scenario, h, db_to_linear(sinr_db), radius)
    problem = model.make_problem(scenario, h, relaxed.sinr_target, radius)
    beams = randomise(scenario, problem, relaxed.covariances, jax.random.key(0), samples=1)  # along top eigenvectors
    covariances = Covariances.of(relaxed.covariances)
    iterations, trace = np.zeros(len(h), int), relaxed.objective_w[:, None]
    return base.certified_design(
        scenario, problem, Solution(beams, covariances, relaxed.multipliers, iterations, trace)
    )
