"""The other model of uncertainty, for comparison: a ball of channels instead of a ball of positions (spec, section 4).

Sound, and hopeless: a ball of channels that holds all of a ball of positions is far larger than what moving can do.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from beamwright.core import USUAL, guarded, require
from beamwright.metrics import spectral_efficiency
from beamwright.optim.ball_ratio import Ratio, least_ratio_over_ball
from beamwright.systems.dma_noma import model, options
from beamwright.systems.dma_noma.design import Sets, designed
from beamwright.systems.dma_noma.geometry import amplitude, channels, element_positions
from beamwright.systems.dma_noma.known import checked
from beamwright.systems.dma_noma.results import Access, Design, Known
from beamwright.systems.dma_noma.scenario import Scenario
from beamwright.systems.dma_noma.search import Options
from beamwright.systems.dma_noma.sizes import design_bytes
from beamwright.uncertainty.channel_error import Kind, channel_error_bound


def csi_error_bound(s: Scenario, positions_m: ArrayLike, kind: Kind = "aligned") -> np.ndarray:
    """c_L E (...): how far the line of sight of positions (..., 3) can move within ``s.position_error_m``.

    Args, Raises, formulas: ``beamwright.uncertainty.channel_error_bound``. Far users' scattering comes on top, see
    ``channel_radii``.
    """
    return channel_error_bound(
        element_positions(s), positions_m, s.position_error_m, s.wavelength_m, lambda d: amplitude(s, d), kind
    )


def channel_radii(s: Scenario, known: Known, kind: Kind = "aligned") -> np.ndarray:
    """(drops, 2 groups) radius of the ball that holds a user's channel: c_L E near, c_L E + rho far."""
    return csi_error_bound(s, checked(s, known).positions_m, kind) + np.repeat([0.0, s.scattering_radius], s.groups)


def printed_error_bound(s: Scenario, positions_m: ArrayLike, restated: bool = False) -> np.ndarray:
    """What the source prints for ||h(p + d) - h(p)||: the cosine by four terms of its series. Bounds nothing.

        E^2 = sum_n (b(d_n - r) - b(d_n))^2 + 2 b(d_n - r) b(d_n) max_{x <= k r} (x^2/2 - x^4/24)

    1 - cos x is at least the polynomial, so this lies below the truth, and stops at sqrt(3) ||h||; ``restated`` adds
    the last term as the restated problem does, which is far above any error for more than a wavelength (section 8).
    """
    p = np.asarray(positions_m, float)
    d = np.linalg.norm(p[..., None, :] - element_positions(s), axis=-1)
    x = 2 * np.pi / s.wavelength_m * s.position_error_m
    most = min(x, np.sqrt(6.0))
    turn = x**2 / 2 + x**4 / 24 if restated else most**2 / 2 - most**4 / 24
    near, here = amplitude(s, d - s.position_error_m), amplitude(s, d)
    return np.sqrt(np.sum((near - here) ** 2 + 2 * near * here * turn, axis=-1))


class BallSinr(NamedTuple):
    """Exact worst cases over the balls, linear; (drops, groups) each."""

    near: np.ndarray
    """Near users of their own signal."""
    cancelled: np.ndarray
    """Near users of the far user's signal, which they must decode first."""
    far: np.ndarray
    """Far users of their own signal."""

    @property
    def sum_rate(self) -> np.ndarray:
        """(drops,) what the balls guarantee, bit/s/Hz."""
        far = spectral_efficiency(np.minimum(self.cancelled, self.far))
        return (spectral_efficiency(self.near) + far).sum(axis=-1)


def ball_sinr(s: Scenario, known: Known, design: Design, radius: ArrayLike | None = None) -> BallSinr:
    """Least SINR when every channel is anywhere within a radius of its estimate, by trust region.

        min over ||d|| <= e   (h+d)^H S (h+d) / ((h+d)^H I (h+d) + sigma^2)

    Args:   radius (drops, 2 groups), default ``channel_radii``: aligned.
    Raises: ValueError naming the argument; a design that is not NOMA.
    Source: spec dma_noma, section 4; ``reference.ball_sinr_lmi`` finds the same by the S-lemma.
    """
    ratio, shape = ball_problems(s, known, design, radius)
    return BallSinr(*least_ratio_over_ball(ratio).value.reshape(3, *shape))


def ball_problems(
    s: Scenario, known: Known, design: Design, radius: ArrayLike | None = None
) -> tuple[Ratio, tuple[int, int]]:
    """The 3 x drops x groups problems of ``BallSinr`` in the span of the beams, noise power one."""
    require(bool((design.access == Access.NOMA).all()), "design", "serve near and far users together", "slots or bands")
    known = checked(s, known)
    drops, groups = len(known.wave), s.groups
    e = channel_radii(s, known) if radius is None else np.asarray(radius, float)
    require(e.shape == (drops, 2 * groups), "radius", f"have shape {(drops, 2 * groups)}", e.shape)
    basis, f = np.linalg.qr(model.sent(s, known, design)[0].vectors)  # an error acts only within the beams' span
    unit = np.sqrt(s.noise_power_w)
    h = channels(s, known.positions_m) @ np.conj(basis) / unit
    outer = np.einsum("dak,dbk->dkab", f, np.conj(f))
    both, total = design.powers_w.sum(axis=-1), np.einsum("dk,dkab->dab", design.powers_w.sum(axis=-1), outer)
    others = total[:, None] - both[..., None, None] * outer
    near, far = design.powers_w[..., 0, None, None] * outer, design.powers_w[..., 1, None, None] * outer
    wanted, after = np.stack([near, far, far]), np.stack([others, others + near, others + near])
    users = np.stack([h[:, :groups], h[:, :groups], h[:, groups:]])
    radii = np.stack([e[:, :groups], e[:, :groups], e[:, groups:]]) / unit
    size, lanes = f.shape[-2], 3 * drops * groups
    ratio = Ratio(
        users.reshape(lanes, -1), wanted.reshape(lanes, size, size), after.reshape(lanes, size, size),
        np.zeros((lanes, size, size)), radii.reshape(lanes), np.ones(lanes),
    )  # fmt: skip
    return ratio, (drops, groups)


@guarded(Scenario, options.CsiBall, design_bytes)
def csi_ball(
    s: Scenario,
    known: Known,
    kind: Kind = USUAL,
    starts: int = USUAL,
    rounds: int = USUAL,
    steps: int = USUAL,
    seed: int = USUAL,
) -> Design:
    """The design for balls of channels: gains (|h^H f| -+ e ||f||)^2 at the estimate, the same solver.

    ``trace`` holds what it could promise by that set; the certificate is that of every other design, over positions.
    Args, Raises: as ``maximise_guaranteed_rate``; kind of error bound, see ``csi_error_bound``.
    """
    known = checked(s, known)
    h = channels(s, known.positions_m)[:, :, None]
    sets = Sets(h, np.ones(h.shape[:3], bool), channel_radii(s, known, kind))
    return designed(s, known, sets, starts, Options(rounds, steps), seed)
