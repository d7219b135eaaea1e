"""Residuals of the constraints, and the two records that inherit them: the certificate and the scorecard.

Axes: ``drops users targets``; ``[.., l, k]`` is user l and the stream of user k, in the input order of users.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import ClassVar, Literal

import numpy as np

from beamwright.core import ArrayRecord, Residual, StatusRecord, Violation

VIOLATION = 1e-6
"""Largest relative violation that counts as none (spec section 8, item 1)."""


@dataclass(frozen=True)
class Residuals(ArrayRecord):
    """Largest relative violation of every kind of constraint: (drops,) each, NaN where there is no design."""

    sinr_violation: Residual
    """Shortfall of a stream's SINR at a user that decodes it, relative to its target."""
    sensing_violation: Residual
    """Shortfall of a power P_m towards a target, relative to Ps."""
    slab_violation: Residual
    """Excess of a difference |P_p - P_m| over Pdiff, relative to Ps or to the larger of the two powers."""
    correlation_violation: Residual
    """Excess of the mean squared cross-correlation, relative to its limit (see ``relative_residuals``)."""
    order_violation: Residual
    """Rise of received powers along the decoding order (spec P1 e), relative to the stronger stream."""
    power_violation: Residual
    """Excess of the objective over the power limit, relative."""
    limit_violation: Residual | None = field(default=None, kw_only=True)
    """Excess of a power over a further limit that the scenario puts on it, relative; None where it was not asked."""

    @property
    def violations(self) -> Mapping[str, Violation]:
        """The residuals by name, with the amount that is allowed."""
        found = {one.name: getattr(self, one.name) for one in fields(Residuals)}
        return {name: Violation(amount, VIOLATION) for name, amount in found.items() if amount is not None}

    @property
    def violation(self) -> np.ndarray:
        """(drops,) the largest of the residuals."""
        return np.max([violation.amount for violation in self.violations.values()], axis=0)


@dataclass(frozen=True)
class Certificate(Residuals, StatusRecord):
    """Objective, certified bound, gap and residuals, recomputed from arrays by code that calls no solver (``certify``).

    The inherited residuals are those of the beams, the SINRs in the worst case over the ball.
    """

    sense: ClassVar[Literal["minimise"]] = "minimise"
    objective_w: np.ndarray
    """(drops,) J of the beams."""
    relaxed_objective_w: np.ndarray
    """(drops,) J of the covariances."""
    sensing_power_w: np.ndarray
    """(drops, targets) P_m of the beams, frame average."""
    bound_w: np.ndarray
    """(drops,) no design whatever, of any rank, meets the constraints with less (spec A3)."""
    multiplier_scale: np.ndarray
    """(drops,) factor that made the multipliers feasible; 1 to solver accuracy where the problem was solved, and where
    they prove nothing with any factor; infinite where they prove with any that there is no design."""
    gap: Residual
    """(drops,) objective_w / bound_w - 1; in max-min the level that is out of reach over that of the beams, less one;
    NaN without a design."""
    relaxed_gap: Residual
    """(drops,) J of the covariances / bound_w - 1."""
    relaxed_violation: Residual
    """(drops,) largest relative violation by the covariances, worst case over the ball; also of W_k >= 0."""
    worst_case_sinr: np.ndarray
    """(drops, users l, users k) exact minimum over the ball; NaN where l does not decode k."""
    worst_case_lower: np.ndarray
    """(drops, users l, users k) a value the SINR provably never falls below."""
    rank_ratio: Residual
    """(drops, users) second eigenvalue of W_k over its trace; of a dedicated sensing signal the rank is free."""
    status: np.ndarray
    """(drops,) ``Status`` codes, from the numbers above only."""

    @property
    def objective(self) -> np.ndarray:
        """(drops,) ``objective_w``, in W."""
        return self.objective_w

    @property
    def bound(self) -> np.ndarray:
        """(drops,) ``bound_w``, in W; in max-min that of the level that is out of reach."""
        return self.bound_w


@dataclass(frozen=True)
class Scorecard(Residuals):
    """Metrics of the beams and, inherited, residuals of the demands, all on the true channels."""

    sinr: np.ndarray
    """(drops, users l, users k) linear, user l decoding stream k; NaN where it does not; OMA: within the slot."""
    stream_sinr: np.ndarray
    """(drops, users) linear, the least over the users that decode the stream; OMA: equivalent for the same rate."""
    min_sinr: np.ndarray
    """(drops,) linear, the least of the streams."""
    rate_bps_hz: np.ndarray
    """(drops, users) log2(1 + stream_sinr)."""
    objective_w: np.ndarray
    """(drops,) J, the weighted power that is minimised."""
    radiated_power_w: np.ndarray
    """(drops,) tr R."""
    sensing_power_w: np.ndarray
    """(drops, targets) P_m, frame average."""
    cross_correlation_w2: np.ndarray
    """(drops,) C_bar, in slot mode the largest of the slots."""
