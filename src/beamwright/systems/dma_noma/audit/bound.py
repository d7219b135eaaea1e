"""Upper bound of the weighted rate: matched beams of a passive antenna, nobody interferes (spec dma_noma, 5)."""

import numpy as np

from beamwright.optim.ending import Ending
from beamwright.optim.power_allocation import allocate_power
from beamwright.systems.dma_noma.physics import Known, Scenario, channels, model


def digital_bound(s: Scenario, known: Known) -> np.ndarray:
    """Weighted rate (drops,) that no surface, beams or powers exceed.

    At the estimates g <= (||h|| - rho)^2 for any passive antenna, so a and b are at least noise / g; rates fall with
    both, and the closed form gives the best powers for them. inf where required rates are out of reach even so.
    """
    norms = np.linalg.norm(channels(s, known.positions_m), axis=-1)
    gain = np.maximum(norms - np.repeat([0.0, s.scattering_radius], s.groups), 0) ** 2
    noise = np.divide(s.noise_power_w, gain, out=np.full_like(gain, np.inf), where=gain > 0)
    near, far = noise[:, : s.groups], noise[:, s.groups :]
    best = allocate_power(near, far, s.power_w, s.weight, s.rate_near, s.rate_far)
    rate = model.weighted_rate(s, *model.noma_rates(np.asarray(best.x), near, far))
    return np.where(best.ending == Ending.SOLVED, rate, np.inf)
