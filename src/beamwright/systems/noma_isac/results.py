"""What a design is: beams, their certificate's multipliers, and how it ended. Arrays only, input order of users.

Axes: ``drops users antennas targets``; every array leads with drops. ``[.., l, k]`` is user l and the stream of user k.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import IntEnum
from typing import Annotated, ClassVar, Literal, NamedTuple

import numpy as np

from beamwright.core import ArrayRecord, Asked, Found, Informative, Residual, Role, Violation, status_text

VIOLATION = 1e-6
"""Largest relative violation that counts as none (spec section 8, item 1)."""


class Oma(IntEnum):
    """How users share time; the code kept in ``Design.oma``."""

    NONE = 0
    """All streams at once, told apart by power and cancellation (NOMA)."""
    AVERAGE = 1
    """One user per slot; sensing requirements on the frame average. Beams are frame averages w~_k / sqrt(K)."""
    SLOT = 2
    """One user per slot; sensing requirements in every slot. Beams are those of the slots, w~_k."""


class Problem(NamedTuple):
    """What is asked of every drop: the channels the designer knows and the demands on the design."""

    h: np.ndarray
    """(drops, users, antennas) complex, the channels or their estimates."""
    order: np.ndarray
    """(drops, users) user indices, weakest (decoded first) to strongest."""
    sinr_target: np.ndarray
    """(drops, users) linear, per stream; zero asks for nothing. OMA: SNR within the slot."""
    csi_error: np.ndarray
    """(drops, users) radius eps of the channel error, linear amplitude; zero where the channel is known."""
    power_limit_w: np.ndarray
    """(drops,) on J, the caller's budget or ``model.power_limit_w``: what needs more is infeasible."""
    oma: Oma = Oma.NONE

    def take(self, drops: np.ndarray) -> "Problem":
        """Some drops."""
        return self._replace(**{k: v[drops] for k, v in self._asdict().items() if isinstance(v, np.ndarray)})


class Covariances(NamedTuple):
    """W_k = basis inner_k basis^H: what W_k does outside channels and steering vectors is nothing (spec A1)."""

    inner: np.ndarray
    """(drops, users, r, r)."""
    basis: np.ndarray
    """(drops, antennas, r)."""

    @classmethod
    def of(cls, full: np.ndarray) -> "Covariances":
        """Of matrices (drops, users, antennas, antennas) as they are."""
        drops, _, antennas, _ = full.shape
        return cls(full, np.broadcast_to(np.eye(antennas), (drops, antennas, antennas)))

    @property
    def full(self) -> np.ndarray:
        """(drops, users, antennas, antennas)."""
        return _congruence(self.basis, self.inner)

    @property
    def trace_w(self) -> np.ndarray:
        """tr W_k, (drops, users)."""
        gram = np.conj(np.swapaxes(self.basis, -1, -2)) @ self.basis
        return np.einsum("dkij,dji->dk", self.inner, gram).real

    def within(self, basis: np.ndarray) -> np.ndarray:
        """Q^H W_k Q, (drops, users, q, q), for Q = ``basis`` (drops, antennas, q)."""
        return _congruence(np.conj(np.swapaxes(basis, -1, -2)) @ self.basis, self.inner)


def _congruence(outside: np.ndarray, inner: np.ndarray) -> np.ndarray:
    outside = outside[:, None]
    return outside @ inner @ np.conj(np.swapaxes(outside, -1, -2))


@dataclass(frozen=True)
class Multipliers(ArrayRecord):
    """Lagrange multipliers of the relaxed problem (spec P1, P2, P4), from which the lower bound is recomputed.

    The constraint of stream k at user l is h_l^H W_k h_l - g_k (sum_{i after k} h_l^H W_i h_l + noise_l) >= 0, with
    g_k the target, divided by K where ``Oma.AVERAGE``. The objective is J, in slot mode the mean J of the slots.
    In slot mode the four sensing arrays have a users (slot) axis after drops.
    """

    sinr: np.ndarray
    """(drops, users k, users l) >= 0, user l decoding stream k; zero where robust."""
    floor: np.ndarray
    """(drops, targets) >= 0, of P_m >= Ps."""
    slab_upper: np.ndarray
    """(drops, targets p, targets m) >= 0, of P_p - P_m <= Pdiff; read for p < m."""
    slab_lower: np.ndarray
    """(drops, targets p, targets m) >= 0, of P_m - P_p <= Pdiff; read for p < m."""
    correlation: np.ndarray
    """(drops,) s >= ||cross||, of the cone (radius, X) (spec P1 d)."""
    cross: np.ndarray
    """(drops, targets p, targets m) complex z, of X_pm; read for p < m."""
    sic: np.ndarray
    """(drops, users l, users j) >= 0, of h_l^H (W_j - W_next(j)) h_l >= 0; read where the scenario has sic_order."""
    lmi: np.ndarray
    """(drops, users k, users l, r+1, r+1) T >= 0 with tr T11 <= T22; r+1 = 0 where nominal."""
    basis: np.ndarray
    """(drops, antennas, r) in which the first r coordinates of ``lmi`` are written: E_l = [eps_l basis, h_l]."""


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
    """Excess of the mean squared cross-correlation, relative to its limit (see ``residuals``)."""
    order_violation: Residual
    """By how much received powers rise along the decoding order (spec P1 e), relative to the stronger stream."""
    power_violation: Residual
    """Excess of the objective over the power limit, relative."""

    @property
    def violations(self) -> Mapping[str, Violation]:
        """The six by name."""
        return {field.name: Violation(getattr(self, field.name), VIOLATION) for field in fields(Residuals)}

    @property
    def violation(self) -> np.ndarray:
        """(drops,) the largest of the six."""
        return np.max([violation.amount for violation in self.violations.values()], axis=0)


@dataclass(frozen=True)
class Certificate(Residuals):
    """What a sceptic needs, recomputed from arrays by code that calls no solver (see ``certificate.certify``).

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
    """(drops,) factor that made the multipliers feasible; 1 to solver accuracy where the problem was solved."""
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
    """(drops, users) second eigenvalue of W_k over its trace."""
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

    @property
    def status_text(self) -> list[str]:
        """Status by name, one per drop."""
        return status_text(self.status)


@dataclass(frozen=True)
class Design(ArrayRecord):
    """Beams for every drop, with everything needed to check them. Infeasible drops have NaN beams."""

    beams: Found
    """(drops, users, antennas) complex, sqrt(W); beams[d, k] serves user k."""
    inner: Found
    """(drops, users, r, r): the relaxation's W_k = basis inner_k basis^H, see ``covariances``."""
    basis: Found
    """(drops, antennas, r), orthonormal columns."""
    order: Asked
    """(drops, users) user indices, weakest (decoded first) to strongest."""
    objective_w: np.ndarray
    """(drops,) J of the beams."""
    relaxed_objective_w: np.ndarray
    """(drops,) J of the covariances."""
    bound_w: np.ndarray
    """(drops,) certified lower bound on J."""
    sinr: np.ndarray
    """(drops, users l, users k) linear, worst case over the ball; NaN where l does not decode k; OMA: in the slot."""
    sensing_power_w: np.ndarray
    """(drops, targets) P_m, frame average."""
    status: np.ndarray
    """(drops,) ``Status`` codes."""
    iterations: Informative
    """(drops,) solver iterations, all problems solved for the drop together."""
    trace: Informative
    """(drops, steps) objective trace in W, NaN after the end."""
    sinr_target: Asked
    """(drops, users) linear, what the certificate holds for; OMA: SNR in the slot; max-min: what was achieved."""
    proof_target: Asked
    """(drops, users) linear, targets ``multipliers`` and ``bound_w`` are for: ``sinr_target``, but in max-min a level
    that provably needs more than the budget."""
    csi_error: Asked
    """(drops, users) radius eps of the channel error, linear amplitude."""
    power_limit_w: Asked
    """(drops,) budget of a max-min design, else ``model.power_limit_w``; a bound above it proves infeasibility."""
    oma: Asked
    """(drops,) ``Oma`` code, the same for all drops."""
    balanced_sinr: Asked
    """(drops,) linear, least SINR of the beams in the worst case (OMA: equivalent, (1 + SNR_slot)^(1/K) - 1); NaN
    unless max-min."""
    relaxed_sinr: Asked
    """(drops,) linear, a level no design reaches within the budget (OMA: equivalent); NaN unless max-min."""
    multipliers: Annotated[Multipliers, Role.FOUND]
    certificate: Certificate

    @property
    def reduced(self) -> Covariances:
        """The relaxation's covariances at ``sinr_target``, in the basis they were found in."""
        return Covariances(self.inner, self.basis)

    @property
    def covariances(self) -> np.ndarray:
        """The same as matrices (drops, users, antennas, antennas), formed when asked for."""
        return self.reduced.full

    @property
    def status_text(self) -> list[str]:
        """Status by name, one per drop."""
        return status_text(self.status)

    def problem(self, h: np.ndarray) -> Problem:
        """What was asked of the design, for channels ``h`` (drops, users, antennas)."""
        oma = Oma(int(self.oma[0])) if len(self.oma) else Oma.NONE
        return Problem(h, self.order, self.sinr_target, self.csi_error, self.power_limit_w, oma)
