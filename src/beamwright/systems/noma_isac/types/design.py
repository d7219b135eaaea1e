"""The design of every drop: beams, covariances, multipliers, and their certificate.

Axes: ``drops users antennas targets``; ``[.., l, k]`` is user l and the stream of user k, in the input order of users.
"""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from beamwright.core import ArrayRecord, Asked, Found, Informative, Role, StatusRecord
from beamwright.systems.noma_isac.types.certificate import Certificate
from beamwright.systems.noma_isac.types.problem import Covariances, Oma, Problem


@dataclass(frozen=True)
class Multipliers(ArrayRecord):
    """Lagrange multipliers of the relaxed problem (spec P1, P2, P4), from which the lower bound is recomputed.

    The constraint of stream k at user l is h_l^H W_k h_l - g_k (sum_{i after k} h_l^H W_i h_l + noise_l) >= 0, with
    g_k the target, divided by K where ``Oma.AVERAGE``. The objective is J, in slot mode the mean J of the slots.
    In slot mode the sensing arrays, ``limits`` and ``balls`` have a users (slot) axis after drops.
    """

    sinr: np.ndarray
    """(drops, users k, users l) >= 0, user l decoding stream k; zero where robust."""
    floor: np.ndarray
    """(drops, targets) >= 0, of P_m >= Ps."""
    slab_upper: np.ndarray
    """(drops, targets p, targets m) >= 0, of the power balance P_p - P_m <= Pdiff; read for p < m."""
    slab_lower: np.ndarray
    """(drops, targets p, targets m) >= 0, of the power balance P_m - P_p <= Pdiff; read for p < m."""
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
    limits: np.ndarray | None = None
    """(drops, rows) >= 0, of further limits that the scenario puts on powers; None counts as zero."""
    balls: np.ndarray | None = None
    """(drops, rows, r+1, r+1) T >= 0 as in ``lmi``, of limits that hold for all errors; None counts as zero."""


@dataclass(frozen=True)
class Design(StatusRecord):
    """Beams for every drop, with everything needed to check them. Infeasible drops have NaN beams."""

    beams: Found
    """(drops, users, antennas) complex, sqrt(W); beams[d, k] serves user k. A dedicated sensing signal adds r rows: the
    columns f_j of a root of its covariance, sum_j f_j f_j^H."""
    inner: Found
    """(drops, streams, r, r): the relaxation's W_k = basis inner_k basis^H, see ``covariances``; streams are those of
    the users, then the dedicated sensing signal where there is one."""
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
    """(drops, users) radius eps of the channel error, linear amplitude; its shape is the scenario's."""
    power_limit_w: Asked
    """(drops,) budget of a max-min design, else ``model.power_limit_w``; a bound above it proves infeasibility."""
    oma: Asked
    """(drops,) ``Oma`` code, the same for all drops."""
    balanced_sinr: Asked
    """(drops,) linear, least SINR of the beams in the worst case (OMA: equivalent, (1 + SNR_slot)^(1/K) - 1), zero
    where a user cannot be served at all; NaN unless max-min."""
    relaxed_sinr: Asked
    """(drops,) linear, a level no design reaches within the budget (OMA: equivalent); NaN where ``balanced_sinr`` is
    zero or NaN."""
    multipliers: Annotated[Multipliers, Role.FOUND]
    certificate: Certificate

    @property
    def reduced(self) -> Covariances:
        """The relaxation's covariances at ``sinr_target``, in the basis they were found in."""
        return Covariances(self.inner, self.basis)

    @property
    def covariances(self) -> np.ndarray:
        """The relaxation's covariances as matrices (drops, streams, antennas, antennas), formed on access."""
        return self.reduced.full

    def problem(self, h: np.ndarray, error_shape: np.ndarray | None = None) -> Problem:
        """The problem that the design answers, for channels ``h`` (drops, users, antennas).

        Args:    error_shape ``Scenario.error_shape`` (users, antennas, antennas): None where errors lie in balls.
        """
        oma = Oma(int(self.oma[0])) if len(self.oma) else Oma.NONE
        shape = None if error_shape is None else np.broadcast_to(error_shape, (len(h), *error_shape.shape))
        return Problem(h, self.order, self.sinr_target, self.csi_error, self.power_limit_w, oma, shape)
