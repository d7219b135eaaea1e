"""Rates as ratios of quadratic forms in the precoder, for a given surface: the form that iterative precoders use.

    SINR_k = |hb_k^H w_k|^2 / (sum_j w_j^H Q_k w_j + sum_{j != k} |hb_k^H w_j|^2),   Q_k = R_k - hb_k hb_k^H + noise/P I

At full power, sum_j ||w_j||^2 = P, these are the SINRs of the model. They do not change with the scale of W, and full
power is never worse (it raises every SINR), so the power budget is no constraint here: scale at the end.
"""

from typing import NamedTuple

import numpy as np

from beamwright.metrics import spectral_efficiency
from beamwright.numerics import square_modulus
from beamwright.systems.star_ris.physics import closed_forms, model
from beamwright.systems.star_ris.scene import Statistics


class Links(NamedTuple):
    """Quadratic forms of all users for given surfaces; drops first."""

    mean: np.ndarray
    """hb (drops, antennas, users)."""
    scattered: np.ndarray
    """Q (drops, users, antennas, antennas)."""
    together: np.ndarray
    """(drops, users, users) whether streams are sent at the same time."""
    share: np.ndarray
    """(drops, users) of the time."""
    power_w: np.ndarray
    """(drops,)."""

    def take(self, index: np.ndarray) -> "Links":
        """The forms of some drops."""
        return Links(*(array[index] for array in self))

    @property
    def slots(self) -> list[np.ndarray]:
        """Who is served at the same time, (drops, users) each: everybody, or one side and then the other."""
        first = self.together[:, 0]
        return [first] if first.all() else [first, ~first]


class Amplitudes(NamedTuple):
    """A user's own amplitude, and the power that disturbs it."""

    own: np.ndarray
    """(drops, users) hb_k^H w_k."""
    disturbance: np.ndarray
    """(drops, users) the denominator of the SINR, W."""


def make_links(known: Statistics, u: np.ndarray, share: np.ndarray) -> Links:
    """Links over the surfaces u (drops, 2, elements)."""
    noise = (known.noise_power_w / known.power_w)[:, None, None, None]
    scattered = model.scattered_covariance(known, u) + noise * np.eye(known.direct_mean.shape[-1])
    sent = model.together(known.side, share)
    return Links(model.mean_channels(known, u), scattered, sent, share, known.power_w)


def amplitudes(links: Links, w: np.ndarray) -> Amplitudes:
    """Own amplitude and disturbance with W (drops, antennas, users)."""
    crossed, loss = cross_powers(links, w)
    others = crossed * ~np.eye(w.shape[-1], dtype=bool)
    own = np.sum(np.conj(links.mean) * w, axis=1)
    return Amplitudes(own, np.sum(others + loss, axis=-1))


def cross_powers(links: Links, w: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """|hb_k^H w_j|^2 and w_j^H Q_k w_j, (drops, users k, streams j), of what is sent together."""
    coherent = square_modulus(np.conj(np.swapaxes(links.mean, 1, 2)) @ w)
    loss = np.sum((np.conj(w)[:, None] * (links.scattered @ w[:, None])).real, axis=2)
    return links.together * coherent, links.together * np.maximum(loss, 0)


def sinr(stream: Amplitudes) -> np.ndarray:
    """(drops, users); zero where nothing is sent."""
    signal, disturbance = square_modulus(stream.own), stream.disturbance
    return np.divide(signal, disturbance, out=np.zeros_like(signal), where=disturbance > 0)


def rates(links: Links, w: np.ndarray) -> np.ndarray:
    """(drops, users) bit/s/Hz at full power."""
    return links.share * spectral_efficiency(sinr(amplitudes(links, w)))


def full_power(links: Links, w: np.ndarray) -> np.ndarray:
    """W with its directions and proportions, scaled to all the power in every slot."""
    largest = np.max(links.together * closed_forms.size(w).max(axis=1)[:, None], axis=-1)[:, None]
    w = w / np.where(largest > 0, largest, 1.0)
    used = (links.together @ np.sum(square_modulus(w), axis=1)[..., None])[..., 0]
    return w * np.sqrt(links.power_w[:, None] / np.where(used > 0, used, 1.0))[:, None]
