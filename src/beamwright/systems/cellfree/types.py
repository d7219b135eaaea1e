"""Records of paths, filters, designs, certificates and scorecards: arrays that lead with drops.

Axes: ``drops users targets aps antennas paths``; with one target, arrays of the radar have no axis of targets. In a
link's arrays entry [a, b] leads from access point b to a. Of several subcarriers gains, beams, powers and filters have
an axis ``subcarriers`` after ``drops``; an SINR or a power without it is that of the band (spec cellfree, section 3).
Every gain is an amplitude over the standard deviation of the
noise, so noise has power one; positions are in wavelengths.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated, ClassVar, Literal

import numpy as np

from beamwright.core import ArrayRecord, Asked, Found, Informative, Residual, Role, StatusRecord, Violation
from beamwright.metrics import detection_probability
from beamwright.metrics.detection import Target

SOUND = 1e-9
"""Largest residual that counts as none."""
MET = 1e-6
"""A required radar SINR that is missed by less, relative, counts as met."""


@dataclass(frozen=True)
class Geometry(ArrayRecord):
    """Positions of access points, users and target, for maps and position bounds; channels do not need them."""

    ap_positions_m: np.ndarray
    """(drops, aps, 2)."""
    ap_axes: np.ndarray
    """(drops, aps, 2) unit vectors along which antennas move."""
    user_positions_m: np.ndarray
    """(drops, users, 2)."""
    target_m: np.ndarray
    """(drops, 2); of several targets (drops, targets, 2)."""


@dataclass(frozen=True)
class Known(ArrayRecord):
    """Paths of every link: from ``draw``, from measurements, or from a ray tracer."""

    uplink_gain: np.ndarray
    """(drops, users, aps, paths) complex; of several subcarriers (drops, subcarriers, users, aps, paths), and so all
    gains: delays are phases of them, see ``cellfree.delayed``."""
    uplink_cosine: np.ndarray
    """(drops, users, aps, paths) of the angle between path and axis at the access point; of antennas in a plane with an
    axis ``xy``, here and below: the parts of the path's unit vector along the axis and along its left normal."""
    direct_gain: np.ndarray
    """(drops, aps, aps, paths) complex, [a, b] from b to a; [a, a] is self-interference."""
    direct_rx_cosine: np.ndarray
    """(drops, aps, aps, paths) at a."""
    direct_tx_cosine: np.ndarray
    """(drops, aps, aps, paths) at b."""
    echo_gain: np.ndarray
    """(drops, aps, aps) complex, from b by the target to a; of several targets (drops, targets, aps, aps)."""
    target_cosine: np.ndarray
    """(drops, aps) of the target's direction; of several targets (drops, targets, aps)."""
    geometry: Geometry | None = None
    drop: np.ndarray | None = None
    """(drops,) the number of every drop, from which random starts are drawn; see ``numbers``."""
    sight: np.ndarray | None = None
    """``Scenario.sight`` of every drop where the utility asks for it, (drops, targets, aps, 2); set by the checks."""

    @property
    def numbers(self) -> np.ndarray:
        """``drop``, or 0, 1, ... where it was not given."""
        return np.arange(len(self.echo_gain)) if self.drop is None else self.drop

    @property
    def echoes(self) -> tuple[np.ndarray, np.ndarray]:
        """``echo_gain`` and ``target_cosine`` with their axis of targets, also where there is one."""
        band = self.uplink_gain.ndim - 4  # drops users aps paths
        if self.echo_gain.ndim > 3 + band:
            return self.echo_gain, self.target_cosine
        return np.expand_dims(self.echo_gain, 1 + band), self.target_cosine[:, None]


@dataclass(frozen=True)
class Receivers(ArrayRecord):
    """Linear filters, norm one; SINRs do not depend on their scale."""

    users: np.ndarray
    """(drops, users, aps * rx antennas) complex."""
    radar: np.ndarray
    """(drops, aps * rx antennas) complex; for several targets (drops, targets, aps * rx antennas)."""


@dataclass(frozen=True)
class Sinr(ArrayRecord):
    """Linear SINRs and utility at given offsets."""

    users: np.ndarray
    """(drops, users)."""
    radar: np.ndarray
    """(drops,); of several targets (drops, targets)."""
    utility: np.ndarray
    """(drops,) J."""
    position_bound_m: np.ndarray | None = None
    """(drops,) error of the target's position that no unbiased estimate without a prior undercuts, with metric
    position; of several targets (drops, targets)."""
    users_by_subcarrier: np.ndarray | None = None
    """(drops, subcarriers, users), of several subcarriers."""
    radar_by_subcarrier: np.ndarray | None = None
    """(drops, subcarriers), of several subcarriers; of several targets (drops, subcarriers, targets)."""


class Finder(IntEnum):
    """Kind of search that found the worst offsets."""

    NOMINAL = 0
    """No offsets are as bad as none."""
    VERTEX = 1
    """All pairs at the end of the range or without difference."""
    SAMPLE = 2
    """A random point of the box."""
    SEARCH = 3
    """A local search."""


@dataclass(frozen=True)
class WorstCase(ArrayRecord):
    """Worst offsets that a method found; their utility is an upper bound of the true worst case."""

    utility: np.ndarray
    """(drops,) J at the offsets."""
    offsets_hz: np.ndarray
    """(drops, aps)."""
    found_by: np.ndarray
    """(drops,) ``Finder`` code."""
    searches: np.ndarray
    """(drops,) how many independent searches ended within 1e-6 of it, relative to the drop from J(0)."""


@dataclass(frozen=True)
class Certificate(StatusRecord):
    """Worst case, bound and residuals, recomputed from paths, positions, beams, powers and filters alone."""

    sense: ClassVar[Literal["maximise"]] = "maximise"
    worst_case_utility: np.ndarray
    """(drops,) least utility over the offsets, found by a search denser than the design's own."""
    worst_offsets_hz: np.ndarray
    """(drops, aps)."""
    found_by: np.ndarray
    """(drops,) ``Finder`` code."""
    searches: np.ndarray
    """(drops,) independent searches that ended there."""
    nominal_utility: np.ndarray
    """(drops,) without offsets."""
    user_sinr: np.ndarray
    """(drops, users) at the worst offsets."""
    radar_sinr: np.ndarray
    """(drops,) at the worst offsets; of several targets (drops, targets)."""
    least_user_sinr: np.ndarray
    """(drops, users) of every user over the offsets, by a search of its own."""
    least_radar_sinr: np.ndarray
    """(drops,) over the offsets, by a search of its own; of several targets (drops, targets), of each by its own."""
    bound: np.ndarray
    """(drops,) utility that no design exceeds: nobody interferes, all paths add up in phase."""
    silence_utility: np.ndarray
    """(drops,) what a radar that says nothing would leave: fixed arrays, equal user powers. Antennas that move for the
    users alone would leave more, which takes a search: no yardstick of a certificate."""
    radiated_w: np.ndarray
    """(drops, aps), of several subcarriers their mean."""
    power_residual: Residual
    """(drops,) largest relative excess of a power budget; negative powers count."""
    layout_residual: Residual
    """(drops,) largest violation of region and spacing, wavelengths."""
    radar_shortfall: Residual
    """(drops,) how far the least radar SINR, of all targets, stays below the required one, relative."""
    status: np.ndarray
    """(drops,) ``Status`` codes."""
    position_bound_m: np.ndarray | None = None
    """(drops,) at the worst offsets, with metric position, see ``Sinr``; of several targets (drops, targets)."""
    worst_target_m: np.ndarray | None = None
    """(drops, 2) where a target that may be elsewhere is worst, of the places that were tried."""

    @property
    def objective(self) -> np.ndarray:
        """(drops,) ``worst_case_utility``."""
        return self.worst_case_utility

    @property
    def weakest_radar_sinr(self) -> np.ndarray:
        """(drops,) ``least_radar_sinr`` of the target that is seen least."""
        return self.least_radar_sinr.reshape(len(self.least_radar_sinr), -1).min(axis=1)

    def detection_probability(self, false_alarm: float, target: Target = "fluctuating") -> np.ndarray:
        """(drops,), of several targets (drops, targets): least probability of detection whatever the offsets.

        It rises with the SINR, so it is least where ``least_radar_sinr`` is.

        Args:    false_alarm probability; target ``fluctuating`` or ``steady``, see ``metrics.detection_probability``.
        Raises:  ValueError naming the argument.
        """
        return detection_probability(self.least_radar_sinr, false_alarm, target)

    @property
    def gap(self) -> np.ndarray:
        """(drops,) bound over objective, less one; the bound lets all paths add up in phase."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return self.bound / self.objective - 1

    @property
    def violations(self) -> Mapping[str, Violation]:
        """Power budgets, region and spacing of antennas, and the required radar SINR."""
        return {
            "power_residual": Violation(self.power_residual, SOUND),
            "layout_residual": Violation(self.layout_residual, SOUND),
            "radar_shortfall": Violation(self.radar_shortfall, MET),
        }


@dataclass(frozen=True)
class LearningCurve(ArrayRecord):
    """Learning curve of a policy, row by row."""

    env_steps: np.ndarray
    """(drops, rows) taken in the environment so far, all that training took."""
    reward: np.ndarray
    """(drops, rows) mean of what was collected since the row before."""
    loss: np.ndarray
    """(drops, rows) loss of the critic; NaN without a critic."""
    gain: np.ndarray
    """(drops, rows) gain of the student by its teacher; NaN without a teacher."""
    score: np.ndarray
    """(drops, rows) least utility over no offsets and the vertices, of the policy without noise."""


@dataclass(frozen=True)
class Design(StatusRecord):
    """Positions, beams and powers for every drop; filters and the rest where a method made the design."""

    tx_positions: Found
    """(drops, aps, tx antennas) wavelengths, sorted; in a plane (drops, aps, tx antennas, xy) in any order."""
    rx_positions: Found
    """(drops, aps, rx antennas) wavelengths, sorted; in a plane (drops, aps, rx antennas, xy) in any order."""
    beams: Found
    """(drops, aps, tx antennas) complex, norm squared is the power in W."""
    powers_w: Found
    """(drops, users)."""
    user_filters: Found | None = None
    """(drops, users, aps * rx antennas) complex."""
    radar_filter: Found | None = None
    """(drops, aps * rx antennas) complex; for several targets (drops, targets, aps * rx antennas)."""
    worst_case_utility: np.ndarray | None = None
    """(drops,) see ``Certificate``."""
    worst_offsets_hz: np.ndarray | None = None
    """(drops, aps)."""
    required_radar_sinr: Asked | None = None
    """(drops,) required radar SINR of every target, linear; 0 where none is."""
    trace: Informative | None = None
    """(drops, rounds) best worst-case utility so far, by the search's own oracle."""
    iterations: Informative | None = None
    """(drops,) iterations of the search, all starts."""
    status: np.ndarray | None = None
    """(drops,) ``Status`` codes."""
    curve: Annotated[LearningCurve, Role.INFORMATIVE] | None = None
    """Learning curve, where an agent was trained for the drops."""
    certificate: Certificate | None = None

    @property
    def receivers(self) -> Receivers:
        """Receive filters of a design that a method made."""
        assert self.user_filters is not None and self.radar_filter is not None
        return Receivers(self.user_filters, self.radar_filter)


@dataclass(frozen=True)
class Scorecard(ArrayRecord):
    """SINRs and utility at the true offsets, beside the worst case."""

    user_sinr: np.ndarray
    """(drops, users) linear."""
    radar_sinr: np.ndarray
    """(drops,) linear; of several targets (drops, targets)."""
    utility: np.ndarray
    """(drops,)."""
    worst_case_utility: np.ndarray
    """(drops,)."""
