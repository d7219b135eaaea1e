"""Design problem of one drop in JAX: smoothed worst cases, powers split in closed form (spec dma_noma, 5 and 6).

Powers are shares of P, and channels are in units of the noise amplitude over root P. Complex arrays travel as real ones
with a leading axis of parts.
"""

from collections.abc import Callable
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import Array

from beamwright.numerics import Values
from beamwright.optim.power_allocation import fair_power, least_power, near_power
from beamwright.systems.dma_noma.physics.reception import ReceivedPower, received

PENALTY = 20.0
"""Penalty in the objective per bit by which a group's power is short of its required rates' (spec section 6, A)."""
MISSING = 2.0
"""Price in the objective of a bit/s/Hz that a required rate is missed by, where best efforts are compared."""


class Problem(NamedTuple):
    """Design problem of one drop; of a batch on the host, where drops lead."""

    channels: Values
    """(subcarriers, parts, users, positions, elements) in units of the user's noise amplitude over root P; near, then
    far users."""
    present: Values
    """(users, subcarriers * positions) one for positions that count, zero for those that fill up."""
    scattering: Values
    """(users,) in the same unit."""
    wave: Values
    """(subcarriers, parts, elements, chains)."""
    weight_near: Values
    """(groups,)."""
    weight_far: Values
    """(groups,)."""
    rate_near: Values
    """(groups,)."""
    rate_far: Values
    """(groups,)."""
    fair: Values
    """() one where the least rate counts, zero where the weighted sum does."""
    drawn: Values
    """() share of the largest consumption that is drawn whatever is radiated; one where power costs nothing."""


class Point(NamedTuple):
    """Unknowns of the search, apart from powers."""

    responses: Values
    """(parts, elements), one part where they are real; or (parts, elements, chains) of phase shifters."""
    beams: Values
    """(parts, chains, groups), any norms: they are normalised inside."""


def normalised(beams: Array) -> Array:
    """Beams (parts, chains, groups) over the norms of their columns."""
    size = jnp.sum(beams * beams, axis=(0, 1))
    return beams / jnp.sqrt(jnp.where(size > 0, size, 1.0))


def vectors(wave: Array, point: Point) -> Array:
    """Transmit vectors f = diag(m) Q v, or (m o Q) v, (parts, elements, groups), for Q (parts, elements, chains)."""
    if point.responses.ndim == wave.ndim:
        return _product(jnp.matmul, _product(jnp.multiply, point.responses, wave), normalised(point.beams))
    radiated = _product(jnp.matmul, wave, normalised(point.beams))
    response = point.responses[..., None]
    return response * radiated if len(response) == 1 else _product(jnp.multiply, response, radiated)


def _product(times: Callable[[Array, Array], Array], a: Array, b: Array) -> Array:
    """Product of complex arrays, (parts, ...) each."""
    return jnp.stack([times(a[0], b[0]) - times(a[1], b[1]), times(a[0], b[1]) + times(a[1], b[0])])


def received_at(problem: Problem, point: Point, sharpness: Array | float | None = None) -> ReceivedPower:
    """Received powers of every beam at every user and position; with a sharpness, gains of a softness of 1/beta.

    A position counts once for every subcarrier: what holds at all of them holds on all of these.
    """
    softness = None if sharpness is None else 1 / sharpness
    own = np.tile(np.eye(point.beams.shape[-1]), (2, 1))
    each = [
        received(channels, vectors(wave, point), problem.scattering, own, softness)
        for channels, wave in zip(problem.channels, problem.wave, strict=True)
    ]
    return each[0] if len(each) == 1 else ReceivedPower(*(jnp.concatenate(a, axis=1) for a in zip(*each, strict=True)))


def log_ratios(
    problem: Problem, received: ReceivedPower, powers: Array, sharpness: Array | float | None = None
) -> Array:
    """Log of max over positions of (I + 1)/g, (users,); with a sharpness beta, log-sum-exp(beta .)/beta, above it."""
    ratio = jnp.log(received.interference @ powers + 1.0) - received.log_gain
    top = jnp.max(jnp.where(problem.present > 0, ratio, -jnp.inf), axis=1)
    if sharpness is None:
        return top
    return top + jnp.log(jnp.sum(problem.present * jnp.exp(sharpness * (ratio - top[:, None])), axis=1)) / sharpness


class Split(NamedTuple):
    """Powers of a group's users, their rates, and the power that its required rates need."""

    near: Array
    far: Array
    rate_near: Array
    rate_far: Array
    needed: Array


def split(problem: Problem, log_ratio: Array, powers: Array, sharpness: Array | float | None = None) -> Split:
    """Best split of group powers (groups,) in closed form (spec section 5), at least what the near user requires."""
    groups = len(powers)
    log_near, log_far = log_ratio[:groups], log_ratio[groups:]
    if sharpness is None:
        log_both = jnp.maximum(log_near, log_far)
    else:
        log_both = jnp.logaddexp(sharpness * log_near, sharpness * log_far) / sharpness
    a, c = jnp.exp(log_near), jnp.exp(log_both)
    weights, rates = (problem.weight_near, problem.weight_far), (problem.rate_near, problem.rate_far)
    near = near_power(powers, a, c, weights, *rates)
    near = jnp.where(problem.fair > 0, fair_power(powers, a, c, *rates), near)
    far = powers - near
    return Split(
        near=near,
        far=far,
        rate_near=jnp.log2(1 + near / a),
        rate_far=jnp.log2(1 + far / (near + c)),
        needed=least_power(a, c, problem.rate_near, problem.rate_far),
    )


def lowered(problem: Problem, share: Array) -> Problem:
    """Problem with a share of the required rates."""
    return problem._replace(rate_near=share * problem.rate_near, rate_far=share * problem.rate_far)


def shortfall(split: Split, powers: Array) -> Array:
    """Bits () by which group powers are short of what required rates need."""
    return jnp.sum(jnp.maximum(0.0, jnp.log2(jnp.maximum(split.needed, 1e-300) / powers)))


def objective(problem: Problem, split: Split, powers: Array, sharpness: Array | float | None = None) -> Array:
    """What is maximised (): the weighted rate over the consumption's share of the largest, or the least rate.

    With a sharpness beta the least rate is -log-sum-exp(-beta .)/beta, below it.
    """
    weighted = jnp.sum(problem.weight_near * split.rate_near + problem.weight_far * split.rate_far)
    every = jnp.concatenate([split.rate_near, split.rate_far])
    least = jnp.min(every)
    if sharpness is not None:
        least = least - jnp.log(jnp.sum(jnp.exp(-sharpness * (every - least)))) / sharpness
    consumption = problem.drawn + (1 - problem.drawn) * jnp.sum(powers)
    return jnp.where(problem.fair > 0, least, weighted / consumption)


def merit(problem: Problem, split: Split, powers: Array, sharpness: Array | float | None = None) -> Array:
    """Objective less the penalty, which leads a search to what can be met."""
    return objective(problem, split, powers, sharpness) - PENALTY * shortfall(split, powers)


def missing(problem: Problem, split: Split) -> Array:
    """Sum () of what rates are short of those required, bit/s/Hz: never more than these, however bad a design."""
    near = jnp.maximum(problem.rate_near - split.rate_near, 0.0)
    return jnp.sum(near + jnp.maximum(problem.rate_far - split.rate_far, 0.0))
