"""The problem of every drop, how users share time, and covariances in a basis: arrays in the input order of users.

Axes: ``drops users antennas``; every array leads with drops.
"""

from enum import IntEnum
from typing import NamedTuple

import numpy as np


class Oma(IntEnum):
    """How users share time; the code kept in ``Design.oma``."""

    NONE = 0
    """All streams at once, told apart by power and cancellation (NOMA)."""
    AVERAGE = 1
    """One user per slot; sensing requirements on the frame average. Beams are frame averages w~_k / sqrt(K)."""
    SLOT = 2
    """One user per slot; sensing requirements in every slot. Beams are those of the slots, w~_k."""


class Problem(NamedTuple):
    """The problem of every drop: the channels that the designer knows and the demands on the design."""

    h: np.ndarray
    """(drops, users, antennas) complex, the channels or their estimates."""
    order: np.ndarray
    """(drops, users) user indices, weakest (decoded first) to strongest."""
    sinr_target: np.ndarray
    """(drops, users) linear, per stream; zero demands nothing. OMA: SNR within the slot."""
    csi_error: np.ndarray
    """(drops, users) radius eps of the channel error, linear amplitude; zero where the channel is known."""
    power_limit_w: np.ndarray
    """(drops,) on J, the caller's budget or ``model.power_limit_w``: what needs more is infeasible."""
    oma: Oma = Oma.NONE
    error_shape: np.ndarray | None = None
    """(drops, users, antennas, antennas) L: errors are L z, ||z|| <= ``csi_error``; None: L = I."""

    def take(self, drops: np.ndarray) -> "Problem":
        """The problem of some drops."""
        return self._replace(**{k: v[drops] for k, v in self._asdict().items() if isinstance(v, np.ndarray)})


class Covariances(NamedTuple):
    """Covariances W_k = basis inner_k basis^H, zero outside the span of channels and steering vectors (spec A1)."""

    inner: np.ndarray
    """(drops, streams, r, r)."""
    basis: np.ndarray
    """(drops, antennas, r)."""

    @classmethod
    def of(cls, full: np.ndarray) -> "Covariances":
        """Covariances given as matrices (drops, streams, antennas, antennas), the basis being the antennas'."""
        drops, _, antennas, _ = full.shape
        return cls(full, np.broadcast_to(np.eye(antennas), (drops, antennas, antennas)))

    @property
    def full(self) -> np.ndarray:
        """Matrices W_k, (drops, streams, antennas, antennas)."""
        return _congruence(self.basis, self.inner)

    @property
    def trace_w(self) -> np.ndarray:
        """Power tr W_k of every stream, (drops, streams)."""
        gram = np.conj(np.swapaxes(self.basis, -1, -2)) @ self.basis
        product = self.inner * np.swapaxes(gram, -1, -2)[:, None]  # not einsum: its sums depend on where arrays lie
        return product.reshape(*product.shape[:2], -1).sum(axis=-1).real

    def within(self, basis: np.ndarray) -> np.ndarray:
        """Coordinates Q^H W_k Q, (drops, streams, q, q), for Q = ``basis`` (drops, antennas, q)."""
        return _congruence(np.conj(np.swapaxes(basis, -1, -2)) @ self.basis, self.inner)


def _congruence(outside: np.ndarray, inner: np.ndarray) -> np.ndarray:
    outside = outside[:, None]
    return outside @ inner @ np.conj(np.swapaxes(outside, -1, -2))
