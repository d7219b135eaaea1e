"""Balls of channels instead of balls of positions, for comparison: radii and exact worst SINR (spec dma_noma, 4).

Sound, and hopeless: a ball of channels that holds all of a ball of positions is far larger than what moving can do.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from beamwright.channels import LINE_OF_SIGHT
from beamwright.core import renamed, require
from beamwright.metrics import spectral_efficiency
from beamwright.optim.ball_ratio import Ratio, least_ratio_over_ball
from beamwright.systems.dma_noma.physics import geometry, model
from beamwright.systems.dma_noma.scene import Known, Scenario, checked
from beamwright.systems.dma_noma.types import Access, Design
from beamwright.uncertainty.channel_error import Kind, channel_error_bound


@renamed
def csi_error_bound(
    scenario: Scenario, positions_m: ArrayLike, kind: Kind = "aligned", user: ArrayLike | None = None
) -> np.ndarray:
    """Error radius c_L E (...) of the line of sight of positions (..., 3) that move within the scenario's errors.

    Args, Raises, formulas: ``beamwright.uncertainty.channel_error_bound``; user (...) who is there, needed where Rician
    factors differ; where errors do, the largest by default. What is scattered comes on top, see ``channel_radii``.
    Isotropic elements in line of sight only, and of an ellipsoid its largest semi-axis.
    """
    _require_plain(scenario)
    elements = geometry.element_positions(scenario)
    return channel_error_bound(
        elements,
        positions_m,
        scenario.largest_error_m(np.asarray(positions_m, float), user),
        scenario.wavelength_m,
        lambda d: geometry.amplitude(scenario, d, user),
        kind,
    )


@renamed
def channel_radii(scenario: Scenario, known: Known, kind: Kind = "aligned") -> np.ndarray:
    """Radius of the ball that holds a user's channel, (drops, 2 groups): c_L E + rho."""
    known = checked(scenario, known)
    radius = csi_error_bound(scenario, known.positions_m, kind, known.users)
    return radius + scenario.scattering_radius[known.users]


@renamed
def printed_error_bound(scenario: Scenario, positions_m: ArrayLike, restated: bool = False) -> np.ndarray:
    """Printed bound of ||h(p + d) - h(p)||, which bounds nothing: the cosine by four terms of its series.

        E^2 = sum_n (b(d_n - r) - b(d_n))^2 + 2 b(d_n - r) b(d_n) max_{x <= k r} (x^2/2 - x^4/24)

    1 - cos x is at least the polynomial, so this lies below the truth, and stops at sqrt(3) ||h||; ``restated`` adds
    the last term as the restated problem does, which is far above any error for more than a wavelength (section 8).
    r is the largest user's.
    """
    _require_plain(scenario)
    p = np.asarray(positions_m, float)
    d = np.linalg.norm(p[..., None, :] - geometry.element_positions(scenario), axis=-1)
    radius = float(np.max(scenario.position_error_m))
    x = 2 * np.pi / scenario.wavelength_m * radius
    most = min(x, np.sqrt(6.0))
    turn = x**2 / 2 + x**4 / 24 if restated else most**2 / 2 - most**4 / 24
    nearest, estimate = geometry.amplitude(scenario, d - radius), geometry.amplitude(scenario, d)
    return np.sqrt(np.sum((nearest - estimate) ** 2 + 2 * nearest * estimate * turn, axis=-1))


def _require_plain(s: Scenario) -> None:
    """Raise ValueError naming what the closed forms do not know."""
    s.require_one_carrier("closed-form error bounds")
    for name, known in (("element_pattern", "isotropic"), ("channel_model", LINE_OF_SIGHT)):
        given = getattr(s, name)
        rule = f"be {known} for closed-form error bounds"
        require(given == known, name, rule, given, "Design for positions instead (robust)")


class BallSinr(NamedTuple):
    """Exact worst-case SINR over the balls, linear; (drops, groups) each."""

    near: np.ndarray
    """At near users, of their own signal."""
    cancelled: np.ndarray
    """At near users, of the far user's signal, which they must decode first."""
    far: np.ndarray
    """At far users, of their own signal."""

    @property
    def sum_rate(self) -> np.ndarray:
        """Guaranteed sum rate over the balls, (drops,) bit/s/Hz."""
        far = spectral_efficiency(np.minimum(self.cancelled, self.far))
        return (spectral_efficiency(self.near) + far).sum(axis=-1)


@renamed
def ball_sinr(scenario: Scenario, known: Known, design: Design, radius: ArrayLike | None = None) -> BallSinr:
    """Least SINR when every channel is anywhere within a radius of its estimate, by trust region.

        min over ||d|| <= e   (h+d)^H S (h+d) / ((h+d)^H I (h+d) + sigma^2)

    Args:   radius (drops, 2 groups), default ``channel_radii``: aligned.
    Raises: ValueError naming the argument; a design that is not NOMA.
    Source: spec dma_noma, section 4; ``methods.reference.ball_sinr_lmi`` computes it by the S-lemma.
    """
    ratio, shape = ball_problems(scenario, known, design, radius)
    return BallSinr(*least_ratio_over_ball(ratio).value.reshape(3, *shape))


def ball_problems(
    s: Scenario, known: Known, design: Design, radius: ArrayLike | None = None
) -> tuple[Ratio, tuple[int, int]]:
    """Ratio problems of ``BallSinr``, 3 x drops x groups, in the span of the beams, noise power one."""
    require(bool((design.access == Access.NOMA).all()), "design", "serve near and far users together", "slots or bands")
    s.require_one_carrier("balls of channels")
    known = checked(s, known)
    drops, groups = len(known.near_positions_m), s.groups
    e = channel_radii(s, known) if radius is None else np.asarray(radius, float)
    require(e.shape == (drops, 2 * groups), "radius", f"have shape {(drops, 2 * groups)}", e.shape)
    basis, f = np.linalg.qr(
        model.transmissions(s, known, design)[0].vectors
    )  # an error acts only within the beams' span
    unit = np.sqrt(s.noise_power_w)[known.users]
    h = geometry.user_channels(s, known, known.positions_m) @ np.conj(basis) / unit[..., None]
    near, far = np.sqrt(design.powers_w[..., 0]), np.sqrt(design.powers_w[..., 1])
    both, own = np.sqrt(design.powers_w.sum(axis=-1)), np.eye(groups, dtype=bool)
    beams = np.swapaxes(f, -1, -2)[..., None]
    wanted_near, wanted_far = near[..., None, None] * beams, far[..., None, None] * beams
    others = np.where(own, 0, both[:, None])[:, :, None] * f[:, None]
    and_near = np.where(own, near[:, None], both[:, None])[:, :, None] * f[:, None]
    wanted, after = np.stack([wanted_near, wanted_far, wanted_far]), np.stack([others, and_near, and_near])
    users = np.stack([h[:, :groups], h[:, :groups], h[:, groups:]])
    e = e / unit
    radii = np.stack([e[:, :groups], e[:, :groups], e[:, groups:]])
    size, lanes = f.shape[-2], 3 * drops * groups
    ratio = Ratio(
        users.reshape(lanes, -1), wanted.reshape(lanes, size, 1), after.reshape(lanes, size, groups),
        np.zeros((lanes, size, 1)), radii.reshape(lanes), np.ones(lanes),
    )  # fmt: skip
    return ratio, (drops, groups)
