"""The scenes of spec dma_noma, section 9, and random ones."""

import jax
import numpy as np

from beamwright import dma_noma as dn


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
