"""Actions and observations of an agent: beams, layouts and powers as numbers (spec cellfree, section 7), traceable.

Any real action gives a feasible point: beams are projected onto their balls, layouts onto sorted ones with their
spacing, powers scaled to their sum. Numbers in [-1, 1] reach all that is sensible.

``literal``     Re w, Im w, in units of sqrt(P / N)
``structured``  per access point log10 zeta = 3 + 3 a and the share 10^(2 (a - 1)) of its power, of the leakage beam
then            transmit and receive positions in units of half the region, and user powers (a + 1) P_ul / U
"""

from typing import Literal, NamedTuple, get_args

import jax.numpy as jnp
import numpy as np
from jax import Array

from beamwright.arrays import project_layout
from beamwright.channels import field_response, steering
from beamwright.core import require
from beamwright.numerics import Values, solve_positive, square_modulus
from beamwright.systems.cellfree import physics
from beamwright.systems.cellfree.scene import Radio, Scenario

Actions = Literal["structured", "literal"]
ACTIONS: tuple[str, ...] = get_args(Actions)


class Site(NamedTuple):
    """Powers, region and range of offsets that a scenario allows, as numbers."""

    range_hz: Values
    ap_power: Values
    """(aps,)."""
    user_power: Values
    reach: Values
    """Half of the region."""
    spacing: Values
    tx: Values
    """(aps, tx antennas) positions at the start."""
    rx: Values


def site_of(s: Scenario) -> Site:
    """Limits of a scenario. Raises ValueError for what an action cannot speak of: a plane, several subcarriers, ..."""
    require(
        not s.planar, "movement", "be 'line' for agents", repr(s.movement), "The optimiser moves antennas in a plane"
    )
    require(not s.displaced, "target_error_m", "be 0 for agents", s.target_error_m, "The optimiser designs for it")
    require(s.subcarriers == 1, "subcarriers", "be 1 for agents", s.subcarriers, "The optimiser designs for several")
    tx, rx = (layouts[0] for layouts in physics.fixed_layouts(s, 1))
    return Site(
        s.offset_range_hz, s.ap_powers_w, s.user_power_w, s.half_region_wavelengths, s.spacing_wavelengths, tx, rx
    )


def action_size(s: Radio, users: int, actions: Actions) -> int:
    """Number of entries of an action."""
    require(actions in ACTIONS, "actions", f"be one of {', '.join(ACTIONS)}", actions)
    beams = 2 * s.aps if actions == "structured" else 2 * s.aps * s.tx_antennas
    return beams + s.aps * (s.tx_antennas + s.rx_antennas) + users


def decode(s: Radio, site: Site, paths: physics.Paths, action: Array, actions: Actions) -> physics.Point:
    """Positions, beams and powers of an action (action_size,)."""
    users = paths.uplink_gain.shape[0]
    sizes = s.aps * s.tx_antennas, s.aps * s.rx_antennas
    beams, tx, rx, powers = jnp.split(action, np.cumsum([len(action) - sum(sizes) - users, *sizes]))
    tx, rx = (
        project_layout(site.reach * part.reshape(s.aps, -1), -site.reach, site.reach, site.spacing) for part in (tx, rx)
    )
    if actions == "structured":
        zeta, share = beams.reshape(2, s.aps)
        weights = _leakage(paths, tx, rx, zeta, share, site.ap_power)
    else:
        most = jnp.sqrt(site.ap_power)[:, None]
        real, imag = most / np.sqrt(s.tx_antennas) * beams.reshape(2, s.aps, s.tx_antennas)
        size = jnp.sqrt(jnp.sum(real**2 + imag**2, axis=-1, keepdims=True) + 1e-30)
        weights = (real + 1j * imag) * jnp.minimum(1.0, most / size)
    requested = jnp.maximum(powers + 1, 0.0) * site.user_power / max(users, 1)
    total = jnp.sum(requested)
    return physics.Point(tx, rx, weights, requested * jnp.minimum(1.0, site.user_power / jnp.maximum(total, 1e-300)))


def _leakage(paths: physics.Paths, tx: Array, rx: Array, zeta: Array, share: Array, power: Array) -> Array:
    """w_a ~ (sum_b D_ba^H D_ba + zeta_a I)^-1 g_T(t_a), D of full power, with a share of the power."""
    links = field_response(rx[:, None], tx[None], paths.direct_gain, paths.direct_rx_cosine, paths.direct_tx_cosine)
    leak = power * jnp.einsum("bamn,bamk->nka", jnp.conj(links), links)
    zeta, share = jnp.clip(zeta, -1, 1), jnp.clip(share, -1, 1)
    noise = 10 ** (3 + 3 * zeta) * jnp.eye(tx.shape[-1])[:, :, None]
    target = physics.towards_targets(paths, tx)
    beams = solve_positive(leak + noise, target.T[:, None])[:, 0].T
    size = jnp.sqrt(jnp.sum(square_modulus(beams), axis=-1))
    return beams * (jnp.sqrt(power * 10 ** (2 * (share - 1))) / size)[:, None]


def encode(s: Scenario, point: physics.Point) -> np.ndarray:
    """Literal actions (drops, action_size) of feasible points (drops, ...)."""
    drops, users = len(point.tx), point.powers.shape[-1]
    most = np.where(s.ap_powers_w > 0, s.ap_powers_w, 1.0)[:, None]
    beams = np.asarray(point.beams) / np.sqrt(most / s.tx_antennas)
    parts = (
        beams.real, beams.imag, point.tx / s.half_region_wavelengths, point.rx / s.half_region_wavelengths,
        point.powers * max(users, 1) / s.user_power_w - 1,
    )  # fmt: skip
    return np.concatenate([np.reshape(part, (drops, -1)) for part in parts], axis=1)


def observe(s: Radio, site: Site, paths: physics.Paths, tx: Array, rx: Array, channels: bool) -> Array:
    """Positions over half the region; with ``channels`` also [Re, Im] of every kind of channel over its RMS."""
    places = [tx.ravel() / site.reach, rx.ravel() / site.reach]
    if not channels:
        return jnp.concatenate(places)
    direct = field_response(rx[:, None], tx[None], paths.direct_gain, paths.direct_rx_cosine, paths.direct_tx_cosine)
    waves = steering(rx[None, :, :, None], paths.uplink_cosine[:, :, None, :])
    own = np.eye(s.aps, dtype=bool)
    blocks = (
        jnp.sum(jnp.conj(waves) * paths.uplink_gain[:, :, None, :], axis=-1), direct[own], direct[~own],
        steering(rx, paths.target_cosine[..., None]), steering(tx, paths.target_cosine[..., None]),
    )  # fmt: skip
    return jnp.concatenate([*places, *(_scaled(block) for block in blocks)])


def _scaled(block: Array) -> Array:
    """Real and imaginary parts over their root mean square."""
    parts = jnp.concatenate([block.real.ravel(), block.imag.ravel()])
    return parts / jnp.sqrt(jnp.mean(parts**2) + 1e-300) if parts.size else parts
