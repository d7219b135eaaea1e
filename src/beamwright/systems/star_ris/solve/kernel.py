"""Kernel of the search: the phases act through few complex numbers per user (spec star_ris, sections 2 and 5).

    m_kj = d_kj + sum_r z_kr T_rj,    z_kr = sum_n C_krn u_side(k),n

With G = A B^H of rank r: C_krn = chi conj(hr_kn) A_nr and T = B^H W; where r is not below the number of streams,
C_kjn = chi conj(hr_kn) x_jn and T = I. All in units of the noise amplitude, so that the noise is one.
"""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import Array

from beamwright.numerics import Values, in_tiles, one_by_one, square_modulus, total
from beamwright.systems.star_ris.scene import Statistics
from beamwright.systems.star_ris.types import Goal
from beamwright.uncertainty import mean_phasor

RANK_TOLERANCE = 1e-13
"""Directions of G that carry less than this share of its power do not count."""
TILE = 64
"""Drops per compiled call, one after another in it."""


class PhaseMap(NamedTuple):
    """The moments of one drop (or, with a leading axis, of a batch) as functions of the phases; noise power one."""

    phases: Values
    """C (users, r, elements)."""
    streams: Values
    """T (r, users)."""
    direct: Values
    """d (users k, users j)."""
    on_side: Values
    """(users, 2) one where the user is on that side."""
    noise: Values
    """(users k, users j, elements) factor of p_kn in V_kj; (users, users, 1) zeros if the amplitudes are fixed."""
    constant: Values
    """(users k, users j) the rest of V_kj."""
    share: Values
    """(users,) of the time."""
    together: Values
    """(users k, users j) one where stream j is sent while user k listens; V is zero elsewhere."""
    reference: Values
    """() unit of the interference."""


def phase_map(known: Statistics, u: np.ndarray, precoder: np.ndarray, share: np.ndarray, joint: bool) -> PhaseMap:
    """The map for given precoders; amplitudes are those of ``u`` (and inside C) unless they are variables too."""
    drops, rank = make_drops(known, u, precoder, share)
    return in_tiles(_compiled(rank, joint), TILE, *drops, counted=True)


class Drop(NamedTuple):
    """Statistics of one drop with its surface, precoder and shares of time."""

    direct_mean: Values
    surface_mean: Values
    user_mean: Values
    direct_var: Values
    surface_var: Values
    user_var: Values
    side: Values
    noise_power_w: Values
    chi: Values
    u: Values
    precoder: Values
    share: Values


def make_drops(known: Statistics, u: np.ndarray, precoder: np.ndarray, share: np.ndarray) -> tuple[Drop, int]:
    """A batch of drops, and the number of complex numbers per user that the phases act through."""
    rank = min(_rank(known.surface_mean), precoder.shape[-1])
    arrays = {name: getattr(known, name) for name in Drop._fields[:-4]}
    return Drop(**arrays, chi=mean_phasor(known.kappa), u=u, precoder=precoder, share=share), rank


@cache
def _compiled(rank: int, joint: bool) -> Callable[..., PhaseMap]:
    return one_by_one(lambda *arrays: map_of_drop(Drop(*arrays), rank, joint))


def map_of_drop(drop: Drop, rank: int, joint: bool) -> PhaseMap:
    """``phase_map`` of one drop, traceable."""
    users, w = len(drop.side), drop.precoder
    scale = 1 / jnp.sqrt(drop.noise_power_w)
    if rank < users:
        left, right = factors(drop.surface_mean, rank)
        streams = jnp.conj(right).T @ w
        x = total(left[:, r, None] * streams[r] for r in range(rank))
    else:
        left = x = drop.surface_mean @ w
        streams = jnp.eye(users, dtype=complex)
    arriving = (scale * drop.chi * jnp.conj(drop.user_mean))[:, None] * left.T
    on_side = jnp.eye(2)[drop.side]
    slot = jnp.where(jnp.any(drop.share < 1), drop.side, 0)
    together = jnp.asarray(slot[:, None] == slot, float)
    share = on_side @ square_modulus(drop.u)
    norms = total(square_modulus(w))
    strength = square_modulus(drop.user_mean)
    self_noise = (1 - drop.chi**2) * strength + drop.user_var[:, None]
    scattered = drop.surface_var * (strength + drop.user_var[:, None])
    incident, direct = square_modulus(x), jnp.conj(drop.direct_mean) @ w
    constant = together * drop.direct_var[:, None] * norms
    self = together * ((share * self_noise) @ incident + jnp.sum(share * scattered, axis=1)[:, None] * norms)
    coherent = together * (square_modulus(direct) + drop.chi**2 * ((share * strength) @ incident))
    reference = jnp.sum((coherent + self + constant) * (1 - jnp.eye(users)))
    of_power = jnp.zeros((users, users, 1))
    if joint:
        of_power = together[..., None] * (self_noise[:, None] * incident.T + scattered[:, None] * norms[:, None])
    else:
        arriving, constant = arriving * jnp.sqrt(share)[:, None], constant + self
    return PhaseMap(
        phases=arriving,
        streams=streams,
        direct=scale * direct,
        on_side=on_side,
        noise=of_power * scale**2,
        constant=constant * scale**2,
        share=drop.share,
        together=together,
        reference=reference * scale**2,
    )


def _rank(g: np.ndarray) -> int:
    """The largest rank of a batch of G; one, which is common, is seen without decomposing anything."""
    power = np.einsum("dnm,dnm->dn", g.real, g.real) + np.einsum("dnm,dnm->dn", g.imag, g.imag)
    drops, first = np.arange(len(g)), power.argmax(axis=1)
    along = np.abs(g @ np.conj(g[drops, first])[..., None])[..., 0] ** 2
    left = power.sum(axis=1) * power[drops, first] - along.sum(axis=1)
    if np.all(left <= RANK_TOLERANCE * power.sum(axis=1) * power[drops, first]):
        return 1
    values = np.linalg.eigvalsh(np.conj(np.swapaxes(g, -1, -2)) @ g)
    return int((values > RANK_TOLERANCE * values[:, -1:]).sum(axis=-1).max())


def factors(g: Array, rank: int) -> tuple[Array, Array]:
    """G = A B^H of the given rank: A (elements, r), B (antennas, r) orthonormal, from the strongest rows in turn."""
    left, right, rest = [], [], g
    for _ in range(rank):
        row = jnp.conj(rest[jnp.argmax(jnp.sum(square_modulus(rest), axis=1))])
        size = jnp.sqrt(jnp.sum(square_modulus(row)))
        row = row / jnp.where(size > 0, size, 1.0)
        left.append(rest @ row)
        right.append(row)
        rest = rest - left[-1][:, None] * jnp.conj(row)
    return jnp.stack(left, axis=1), jnp.stack(right, axis=1)


class SurfaceTerms(NamedTuple):
    """The terms of the moments that depend on the surface."""

    coherent: Array
    """z (parts, users, r)."""
    variance: Array
    """V (users k, users j)."""


def surface_terms(drop: PhaseMap, joint: bool) -> Callable[[Array], SurfaceTerms]:
    """From coefficients (parts, 2, elements) to z and V, by one real matrix each.

    The matrices are made once per drop: z = C u as (2 users r, 4 elements), and sum_n p_n noise_kjn, both with zeros
    where a user does not see a side. Where the amplitudes are fixed, V is.
    """
    users, rank, elements = drop.phases.shape
    c = drop.phases[:, :, None] * drop.on_side[:, None, :, None]
    rows = jnp.stack([jnp.stack([c.real, -c.imag], axis=2), jnp.stack([c.imag, c.real], axis=2)])
    turns = rows.reshape(2 * users * rank, 4 * elements)
    loud = (drop.noise[:, :, None] * drop.on_side[:, None, :, None]) if joint else None

    def terms(x: Array) -> SurfaceTerms:
        coherent = (turns @ x.ravel()).reshape(2, users, rank)
        if loud is None:
            return SurfaceTerms(coherent, drop.constant)
        powers = total(x * x).ravel()
        return SurfaceTerms(coherent, drop.constant + (loud.reshape(-1, 2 * elements) @ powers).reshape(users, users))

    return terms


def mean_powers(drop: PhaseMap, terms: SurfaceTerms) -> Array:
    """|m_kj|^2,  m = d + z T, of the streams that are sent together."""
    # Sums of products, not matrix products: these are tiny, and fuse.
    real, imag, streams = *terms.coherent[..., None], drop.streams
    ranks = range(len(streams))
    mean_real = total((real[:, r] * streams[r].real - imag[:, r] * streams[r].imag for r in ranks), drop.direct.real)
    mean_imag = total((real[:, r] * streams[r].imag + imag[:, r] * streams[r].real for r in ranks), drop.direct.imag)
    return drop.together * (mean_real**2 + mean_imag**2)


def objective(goal: Goal, drop: PhaseMap, terms: SurfaceTerms, sharpness: Array | float = 0.0) -> Array:
    """Objective to be minimised: interference over its reference, minus the sum rate, or minus the soft least rate."""
    coherent = mean_powers(drop, terms)
    own = np.eye(len(coherent))
    if goal is Goal.INTERFERENCE:
        power = coherent + terms.variance
        return jnp.sum((1.0 - own) * power) / jnp.where(drop.reference > 0, drop.reference, 1.0)
    signal = jnp.sum(own * coherent, axis=1)
    disturbance = jnp.sum((1.0 - own) * coherent + terms.variance, axis=1)
    rate = drop.share * jnp.log2(1.0 + signal / (disturbance + 1.0))
    if goal is Goal.SUM_RATE:
        return -jnp.sum(rate)
    least = jnp.min(rate)
    return jnp.log(jnp.sum(jnp.exp(-sharpness * (rate - least)))) / sharpness - least
