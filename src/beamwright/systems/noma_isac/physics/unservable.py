"""Users that no power serves, known from the data alone: the channel may be zero (spec A0).

If the ball around h_l holds the origin, the error -h_l leaves user l nothing to decode: no W meets its constraints.
"""

import numpy as np

from beamwright.systems.noma_isac.physics import model
from beamwright.systems.noma_isac.physics.error_shape import whitened
from beamwright.systems.noma_isac.scenario import Scenario
from beamwright.systems.noma_isac.types import Problem


def unservable_pairs(s: Scenario, problem: Problem) -> np.ndarray:
    """Mask (drops, users k, users l), true where user l has to decode stream k and ||L_l^-1 h_l|| <= eps_l."""
    unservable = np.linalg.norm(whitened(problem), axis=-1) <= problem.csi_error
    decodes = np.swapaxes(model.decoding_mask(s, problem.order, problem.oma), -1, -2)
    return decodes & (problem.sinr_target > 0)[:, :, None] & unservable[:, None, :]
