"""The scenes of spec dma_noma, section 9, and random ones."""

import jax
import numpy as np

from beamwright import dma_noma as dn

APART = {
    "position_error_m": (0.1, 0.0, 0.05, 0.2), "noise_dbm": (-80.0, -60.0, -75.0, -85.0),
    "rician": (20.0, 3.0, 0.5, 1e3), "scattering_norm": (1e-3, 0.0, 2e-4, 1e-3), "weight": (1.0, 2.0, 4.0, 1.0),
    "rate_near": (1.0, 0.5), "rate_far": (0.0, 0.7),
}  # fmt: skip
"""Two groups of users who have nothing in common; near users first."""


def ring(radius_m, *azimuths_deg):
    """(1, groups, 3) positions in the plane of the antenna."""
    angle = np.deg2rad(azimuths_deg)
    return radius_m * np.stack([np.cos(angle), np.sin(angle), np.zeros_like(angle)], axis=-1)[None]


def g1(position_error_m=0.1, **settings):
    """Two groups."""
    s = dn.Scenario(position_error_m=position_error_m, **settings)
    return s, dn.Known(ring(10, -20, 15), ring(15, -21, 16.5))


def g2(position_error_m=0.1):
    """Three groups."""
    s = dn.Scenario(groups=3, position_error_m=position_error_m)
    return s, dn.Known(ring(10, -35, 0, 25), ring(15, -36, 1.5, 23.5))


def drawn(drops=4, seed=0, **settings):
    """Random scenes."""
    s = dn.Scenario(**settings)
    return s, dn.draw(s, jax.random.key(seed), drops)
