"""Moments of anyone's surface and precoder: checked arrays in, exact moments out."""

import numpy as np
from numpy.typing import ArrayLike

from beamwright.core import as_array, plain_array, require
from beamwright.systems.star_ris import model
from beamwright.systems.star_ris.known import checked, checked_surface
from beamwright.systems.star_ris.model import Moments
from beamwright.systems.star_ris.results import Statistics


def moments(known: Statistics, u: ArrayLike, precoder: ArrayLike, share: ArrayLike = 1.0) -> Moments:
    """Exact mean and variance of F_kj and S_kj = E |F_kj|^2, the ``.power`` (spec star_ris, section 2).

    Args:    known statistics, drops axis or not; u (drops, 2, elements) or (2, elements), any amplitudes;
             precoder (drops, antennas, users) or (antennas, users); share of the time, ``design.share``: where it is
             below one the sides take turns, and the streams of the other side are not sent.
    Returns: Moments, (drops, users k, streams j).
    Raises:  ValueError naming what has a wrong shape or is not finite.
    """
    known, u, w = checked_design(known, u, precoder)
    return model.moments(known, u, w, checked_share(known, share))


def checked_share(known: Statistics, share: ArrayLike) -> np.ndarray:
    """Shares of the time (drops, users). Raises ValueError naming them."""
    array = np.asarray(share, float)
    fits = array.shape in ((), known.side.shape, known.side.shape[1:])
    require(fits, "share", f"be one value or have shape {known.side.shape}", array.shape)
    require(bool(((array > 0) & (array <= 1)).all()), "share", "be > 0 and <= 1", array)
    return np.broadcast_to(array, known.side.shape)


def checked_design(known: Statistics, u: ArrayLike, precoder: ArrayLike) -> tuple[Statistics, np.ndarray, np.ndarray]:
    """Statistics, surface and precoder with a drops axis each. Raises ValueError naming what is wrong."""
    known = checked(known)
    drops, users, antennas = known.direct_mean.shape
    w = plain_array(precoder, "precoder")
    w = np.broadcast_to(w, (drops, *w.shape)) if w.ndim == 2 else w
    w = as_array(w, "precoder", "drops antennas users", complex, drops=drops, antennas=antennas, users=users)
    return known, checked_surface(known, np.asarray(u), passive=False), w
