"""Upper bound of the weighted rate: matched beams of a passive antenna, nobody interferes (spec dma_noma, 5)."""

import numpy as np

from beamwright.optim.ending import Ending
from beamwright.systems.dma_noma.physics import Known, Scenario, model, user_channels


def digital_bound(s: Scenario, known: Known) -> np.ndarray:
    """Weighted rate (drops,) that no surface, beams or powers exceed.

    At the estimates g <= (||h|| - rho)^2 for any passive antenna, so a and b are at least noise / g; rates fall with
    both, and the closed form gives the best powers for them. inf where required rates are out of reach even so.
    """
    norms = np.linalg.norm(user_channels(s, known, known.positions_m), axis=-1)
    gain = np.maximum(norms - s.scattering_radius[known.users], 0) ** 2
    noise = np.divide(s.noise_power_w[known.users], gain, out=np.full_like(gain, np.inf), where=gain > 0)
    near, far = noise[:, : s.groups], noise[:, s.groups :]
    best = model.best_powers(s, known, near, far)
    rate = model.weighted_rate(s, known, *model.noma_rates(np.asarray(best.x), near, far))
    return np.where(best.ending == Ending.SOLVED, rate, np.inf)
