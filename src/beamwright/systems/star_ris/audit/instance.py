"""A batch of designs as it is judged, with what follows from it by the model of the physics, in plain NumPy."""

from typing import NamedTuple

import numpy as np

from beamwright.systems.star_ris.physics import model
from beamwright.systems.star_ris.scene import Statistics
from beamwright.systems.star_ris.types import Goal


class Instance(NamedTuple):
    """Statistics, surface and precoder with their mean paths, moments and reference; drops first."""

    known: Statistics
    goal: Goal
    joint: bool
    """Whether the amplitudes are variables too."""
    u: np.ndarray
    precoder: np.ndarray
    share: np.ndarray
    paths: model.MeanPaths
    moments: model.Moments
    reference: np.ndarray
    """(drops,) mean interference of uniformly random phases, W."""

    @property
    def unit(self) -> np.ndarray:
        """(drops,) unit of the interference objective: the reference, or one where that is zero."""
        return np.where(self.reference > 0, self.reference, 1.0)

    @property
    def together(self) -> np.ndarray:
        """(drops, users k, users j) whether stream j is sent while user k listens."""
        return model.together(self.known.side, self.share)

    @property
    def disturbing(self) -> np.ndarray:
        """(drops, users k, users j) whether stream j disturbs user k: another's, sent at the same time."""
        return self.together & ~np.eye(self.known.side.shape[1], dtype=bool)


def make_instance(
    known: Statistics, goal: Goal, joint: bool, u: np.ndarray, precoder: np.ndarray, share: np.ndarray
) -> Instance:
    """An instance from checked arrays."""
    paths = model.mean_paths(known, u, precoder)
    moments = model.sent_moments(known, paths, u, precoder, share)
    reference = model.mean_interference_w(known, paths, moments, share)
    return Instance(known, goal, joint, u, precoder, share, paths, moments, reference)
