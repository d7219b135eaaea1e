"""Exact worst case of any beams over the channel-error ball (spec A6): Dinkelbach outside, trust region inside."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from beamwright.core import numbers, renamed, require
from beamwright.optim.ball_ratio import Ratio, least_ratio_over_ball
from beamwright.systems.noma_isac.physics import model
from beamwright.systems.noma_isac.physics.error_shape import Ellipsoids
from beamwright.systems.noma_isac.physics.error_shape import ellipsoids as ellipsoids_of
from beamwright.systems.noma_isac.scenario import Scenario
from beamwright.systems.noma_isac.scene import batched_channels, error_radius
from beamwright.systems.noma_isac.types import Oma


class WorstCase(NamedTuple):
    """The least SINR over the ball, the error that causes it, and a proof."""

    sinr: np.ndarray
    """(drops, users l, users k) linear, user l decoding stream k; NaN where l does not decode k."""
    error: np.ndarray
    """(drops, users l, users k, antennas) attacking error of channel l, norm at most csi_error; zero where NaN."""
    lower: np.ndarray
    """(drops, users l, users k) a value the SINR provably never falls below, equal to ``sinr`` to rounding."""


@renamed
def worst_case_sinr(scenario: Scenario, channels: ArrayLike, beams: ArrayLike, csi_error: ArrayLike) -> WorstCase:
    """Exact least SINR of any beams, also of other makers, when every channel is h_l + d_l, ||d_l|| <= eps_l.

    Where the scenario has ``csi_error_shape`` L the errors are d_l = L_l z_l with ||z_l|| <= eps_l.

        min_d (h+d)^H W_k (h+d) / ( sum_{i<k} d^H W_i d + sum_{i>k} (h+d)^H W_i (h+d) + noise )         spec A6

    Args:    channels h (drops, users, antennas) or (users, antennas), estimates, which also set the decoding order;
             beams (drops, users, antennas) or (users, antennas), beams[.., k] serving h[.., k], sqrt(W);
             or covariances (drops, users, antennas, antennas) in W; a dedicated sensing signal follows those of the
             users, as beams, any number of them, or as one covariance;
             csi_error eps >= 0, linear amplitude: one value, (users,) or (drops, users).
    Returns: WorstCase, always with the drops axis. Drops whose beams are NaN have NaN.
    Raises:  ValueError naming the argument with a wrong shape or sign, or the entry of h that is not finite.
    """
    channels = batched_channels(scenario, channels)
    streams = numbers(beams, "beams", complex)
    streams = streams[None] if streams.ndim == 2 else streams
    expected = (len(channels), scenario.streams, scenario.antennas, scenario.antennas)[: max(streams.ndim, 3)]
    more = scenario.sensing_signal != "none" and streams.ndim == 3 and streams.shape[1] >= scenario.users
    rule = f"have shape {expected}" + (", or with another number of sensing beams" if more else "")
    shape = (len(streams), scenario.streams, *streams.shape[2:]) if more else streams.shape
    require(shape == expected, "beams", rule, streams.shape)
    radius = error_radius(scenario, csi_error, len(channels))
    round_ = scenario.error_shape is None
    if streams.ndim == 3 and round_:  # an error acts only through its projection on the beams
        basis = model.span_basis(np.nan_to_num(streams))
        streams = streams @ np.conj(basis)
    else:
        whole = np.broadcast_to(np.eye(scenario.antennas), streams.shape[:1] + 2 * (scenario.antennas,))
        basis = model.span_basis(whole) if round_ else whole
    problem = model.make_problem(scenario, channels, np.zeros(radius.shape), radius)
    within = ellipsoids_of(problem, basis)
    inside = worst_case(scenario, channels @ np.conj(basis), streams, radius, problem.order, ellipsoids=within)
    return inside._replace(error=np.einsum("dar,dlkr->dlka", basis, inside.error))


def worst_case(
    s: Scenario,
    h: np.ndarray,
    streams: np.ndarray,
    radius: np.ndarray,
    order: np.ndarray,
    oma: Oma = Oma.NONE,
    ellipsoids: Ellipsoids | None = None,
) -> WorstCase:
    """``worst_case_sinr`` on checked arrays, in any orthonormal basis that holds the beams, for any order or OMA.

    Args:    ellipsoids in the same basis; None: errors lie in balls.
    """
    if not radius.any():
        nominal = model.sinr(s, h, streams, order, oma=oma)
        return WorstCase(nominal, np.zeros((*nominal.shape, h.shape[-1]), complex), nominal * (1 - 1e-13))
    finite = np.isfinite(streams).all(axis=tuple(range(1, streams.ndim)))
    usable = np.where(finite.reshape(-1, *(1,) * (streams.ndim - 1)), streams, 0)
    mask = model.decoding_mask(s, order, oma)
    lanes = _lanes(s, h, usable, radius, order, oma, mask)
    if ellipsoids is None:
        least = least_ratio_over_ball(lanes)
        found = least.x
    else:
        at = np.nonzero(mask)[:2]
        least = least_ratio_over_ball(_in_balls(lanes, ellipsoids, at))
        found = (ellipsoids.axes[at] @ least.x[..., None])[..., 0]
    sinr, below = np.full(mask.shape, np.nan), np.full(mask.shape, np.nan)
    error = np.zeros((*mask.shape, h.shape[-1]), complex)
    sinr[mask], below[mask], error[mask] = least.value, least.bound, found
    sinr[~finite], below[~finite], error[~finite] = np.nan, np.nan, 0
    return WorstCase(sinr, error, below)


def _lanes(
    s: Scenario,
    h: np.ndarray,
    streams: np.ndarray,
    radius: np.ndarray,
    order: np.ndarray,
    oma: Oma,
    mask: np.ndarray,
) -> Ratio:
    """One (user, stream) pair per lane."""
    factors = _factors(streams) * np.sqrt(s.users if oma is Oma.AVERAGE else 1)
    count = factors.shape[1]
    masks = (model.by_beam(s, role(s, order, oma), count) for role in (model.disturbs, model.cancelled))
    after, before = (_among(factors, mask) for mask in masks)
    d, l, k = np.nonzero(mask)
    return Ratio(h[d, l], factors[d, k], after[d, k], before[d, k], radius[d, l], s.noise_vector_w[l])


def _in_balls(lanes: Ratio, shapes: Ellipsoids, at: tuple[np.ndarray, ...]) -> Ratio:
    """Lanes of drop and user ``at`` in coordinates in which their errors lie in balls: F -> L^H F, h -> L^-1 h."""
    adjoint = np.conj(np.swapaxes(shapes.axes[at], -1, -2))
    wanted, after, before = (adjoint @ factor for factor in (lanes.wanted, lanes.after, lanes.before))
    return Ratio(shapes.h[at], wanted, after, before, lanes.radius, lanes.noise)


def _factors(streams: np.ndarray) -> np.ndarray:
    """Columns F_k with W_k = F_k F_k^H, (drops, streams, r, columns): the beam, or a root of positive eigenvalues."""
    if streams.ndim == 3:
        return streams[..., None]
    values, vectors = np.linalg.eigh(streams)
    return vectors * np.sqrt(np.maximum(values, 0))[..., None, :]


def _among(factors: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Columns of the streams that ``mask`` (drops, users k, streams i) names, (drops, users k, r, all columns)."""
    chosen = factors[:, None] * mask[..., None, None]
    return np.moveaxis(chosen, 2, 3).reshape(*chosen.shape[:2], factors.shape[2], -1)
