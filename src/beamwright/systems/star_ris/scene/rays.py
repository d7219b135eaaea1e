"""Scenes from ray-traced or measured links: the known means of Rician channels."""

import numpy as np
from numpy.typing import ArrayLike

from beamwright.core import as_array, numbers, plain_array
from beamwright.systems.star_ris.scene.statistics import Statistics, checked


def traced_statistics(
    direct: ArrayLike,
    surface: ArrayLike,
    user: ArrayLike,
    side: ArrayLike,
    *,
    rician: float,
    kappa: float,
    power_w: float,
    noise_power_w: float,
) -> Statistics:
    """Statistics whose means are given links and whose scattered parts have the mean power that ``rician`` says.

        mean = sqrt(b/(b+1)) link,    variance of every entry = mean over entries of |link|^2 / (b+1)

    Args:    direct (drops, users, antennas) and user (drops, users, elements), conjugated as in h^H w; surface
             (elements, antennas) for all drops or with a drops axis; side (drops, users) 0 behind, 1 before the
             surface; rician b, linear, inf for no scattering.
    Raises:  ValueError naming what does not fit.
    """
    share = 1.0 if np.isinf(rician) else rician / (rician + 1)
    direct = as_array(direct, "direct", "drops users antennas", complex)
    drops, users, antennas = direct.shape
    user = as_array(user, "user", "drops users elements", complex, drops=drops, users=users)
    surface = numbers(surface, "surface", complex)
    surface = np.broadcast_to(surface, (drops, *surface.shape)) if surface.ndim == 2 else surface
    sizes = {"drops": drops, "elements": user.shape[2], "antennas": antennas}
    surface = as_array(surface, "surface", "drops elements antennas", complex, **sizes)
    power = (np.mean(np.abs(link) ** 2, axis=axes) for link, axes in ((direct, -1), (surface, (-2, -1)), (user, -1)))
    direct_var, surface_var, user_var = ((1 - share) * p for p in power)
    ones = np.ones(drops)
    return checked(
        Statistics(
            direct_mean=np.sqrt(share) * direct,
            surface_mean=np.sqrt(share) * surface,
            user_mean=np.sqrt(share) * user,
            direct_var=direct_var,
            surface_var=surface_var,
            user_var=user_var,
            side=plain_array(side, "side"),
            kappa=kappa * ones,
            noise_power_w=noise_power_w * ones,
            power_w=power_w * ones,
        )
    )
