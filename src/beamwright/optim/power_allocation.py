"""Powers of groups of two users who share a beam, in closed form (spec dma_noma, section 5).

    max  sum_i  w_i log2(1 + N_i/a_i) + v_i log2(1 + F_i/(N_i + c_i)),   c_i = max(a_i, b_i)
    s.t. log2(1 + N_i/a_i) >= rate_near,  log2(1 + F_i/(N_i + c_i)) >= rate_far,  sum_i N_i + F_i = P

a and b are noise and interference over gain of the near and the far user, w and v their weights, by default v = 1 - w;
weights and rates are one value each, or one per group. With s = 2^-rate_far and P_i = N_i + F_i the near user may have
at most s P_i - (1 - s) c_i, and wants all of it where w >= v; else no more than the power p at which its gain w/(a + p)
equals the other's loss v/(c + p). What is left is concave in every P_i: water-filling.
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax
from numpy.typing import ArrayLike

from beamwright.core import require
from beamwright.optim.ending import Ending

_LARGEST = 1e100
"""A user that hears nothing has this ratio of noise to gain."""
_BISECTIONS = 100


class Allocation(NamedTuple):
    """One instance, or a batch of them."""

    x: Array | np.ndarray
    """(groups, 2) powers of near and far users in W."""
    ending: Array | np.ndarray
    """() ``Ending``: SOLVED; INFEASIBLE where the required rates cannot be met, x is for lowered ones; NO_NUMBER."""
    share: Array | np.ndarray
    """() common factor of both required rates for which x is: 1, or as much of them as can be met."""


def allocate(
    a: Array,
    b: Array,
    power: Array,
    weight: Array,
    rate_near: Array,
    rate_far: Array,
    weight_far: Array | None = None,
) -> Allocation:
    """The optimum for one instance: a, b (groups,) > 0, power a scalar, all others () or (groups,).

    Traceable; a NaN only from a NaN.
    """
    weights = (
        jnp.broadcast_to(weight, a.shape),
        jnp.broadcast_to(1 - weight if weight_far is None else weight_far, a.shape),
    )
    a, c = _near_and_both(a, b)
    least = jnp.sum(least_power(a, c, rate_near, rate_far))
    feasible = least <= power

    def fits(share: Array) -> Array:
        return jnp.sum(least_power(a, c, share * rate_near, share * rate_far)) <= power

    one = jnp.ones_like(power)
    lowered = lax.cond(feasible, lambda: one, lambda: _largest(fits, one))
    rate_near, rate_far = lowered * rate_near, lowered * rate_far
    plain = jnp.all(weights[0] >= weights[1])
    groups = lax.cond(plain, _water_filling, _priced, a, c, power, weights, rate_near, rate_far)
    near = near_power(groups, a, c, weights, rate_near, rate_far)
    ending = jnp.where(feasible, Ending.SOLVED, Ending.INFEASIBLE)
    ending = jnp.where(jnp.isnan(least) | jnp.isnan(power), Ending.NO_NUMBER, ending)
    return Allocation(jnp.stack([near, groups - near], axis=-1), ending, lowered)


def near_power(
    groups: Array, a: Array, c: Array, weights: tuple[Array, Array], rate_near: Array, rate_far: Array
) -> Array:
    """The near users' best share of given group powers, at least what their required rate needs where that fits."""
    near, far = weights
    wanted = jnp.where(near < far, _inner(a, c, weights), jnp.inf)
    return _shared(wanted, groups, a, c, rate_near, rate_far)


def fair_power(groups: Array, a: Array, c: Array, rate_near: Array, rate_far: Array) -> Array:
    """The near users' share of group powers P with which both users have one rate t = log2 u, or what they require.

    Both need (u - 1) a u + (u - 1) c in all, so u is the larger root of a u^2 + (c - a) u - (c + P) = 0.
    """
    u = 2 * (c + groups) / (c - a + jnp.sqrt((c - a) ** 2 + 4 * a * (c + groups)))
    return _shared((u - 1) * a, groups, a, c, rate_near, rate_far)


def _shared(wanted: Array, groups: Array, a: Array, c: Array, rate_near: Array, rate_far: Array) -> Array:
    """Wanted powers of near users, at most what the far ones' required rates leave, at least what their own need."""
    share = 2.0**-rate_far
    most = share * groups - (1 - share) * c
    return jnp.clip(jnp.maximum(jnp.minimum(wanted, most), (2.0**rate_near - 1) * a), 0.0, groups)


def allocate_fairly(a: Array, b: Array, power: Array, rate_near: Array, rate_far: Array) -> Array:
    """Powers of the groups (groups,) whose users' least rate is largest, for required rates that can be met.

    A rate t for all, or what a user requires where that is more, needs the sum of ``least_power``: bisection on t.
    """
    a, c = _near_and_both(a, b)

    def needed(rate: Array) -> Array:
        return least_power(a, c, jnp.maximum(rate, rate_near), jnp.maximum(rate, rate_far))

    most = jnp.log2(1 + power / jnp.max(a))  # that of the last near user, were it alone
    rate = _largest(lambda rate: jnp.sum(needed(rate)) <= power, most)
    return _spent(needed(rate), needed(jnp.zeros_like(rate)), power)


def power_at_price(
    a: Array, b: Array, weights: tuple[Array, Array], rate_near: Array, rate_far: Array, price: Array
) -> Array:
    """Powers of the groups (groups,) of largest weighted rate where a watt costs ``price`` nats of it; inf if nothing.

    At least what required rates need. Without a budget: whether there is one for it is for the caller to see.
    """
    return _at_price(*_near_and_both(a, b), weights, rate_near, rate_far, price)


def _near_and_both(a: Array, b: Array) -> tuple[Array, Array]:
    """Ratios a of near users and c = max(a, b) of both, none of them infinite."""
    a = jnp.minimum(a, _LARGEST)
    return a, jnp.maximum(a, jnp.minimum(b, _LARGEST))


def _largest(fits: Callable[[Array], Array], most: Array) -> Array:
    """Largest number from 0 to ``most`` that fits, by bisection: below one that fits all do."""

    def halve(_: int, bracket: tuple[Array, Array]) -> tuple[Array, Array]:
        low, high = bracket
        middle = 0.5 * (low + high)
        good = fits(middle)
        return jnp.where(good, middle, low), jnp.where(good, high, middle)

    return lax.fori_loop(0, 60, halve, (jnp.zeros_like(most), most))[0]


def least_power(a: Array, c: Array, rate_near: Array, rate_far: Array) -> Array:
    """Power that a group's required rates need."""
    share = 2.0**-rate_far
    return ((2.0**rate_near - 1) * a + (1 - share) * c) / share


def _inner(a: Array, c: Array, weights: tuple[Array, Array]) -> Array:
    """Power of the near user beyond which the far user's weight counts for more."""
    near, far = weights
    return (near * c - far * a) / jnp.where(near < far, far - near, 1.0)


def _water_filling(
    a: Array, c: Array, power: Array, weights: tuple[Array, Array], rate_near: Array, rate_far: Array
) -> Array:
    """w >= v: N_i/a_i is linear in P_i, so levels are closed form; groups below their least power are held there."""
    share, least = 2.0**-rate_far, least_power(a, c, rate_near, rate_far)
    depth, width = (a - (1 - share) * c) / share, weights[0] / jnp.max(weights[0])

    def level(held: Array) -> Array:
        free = ~held
        wide = jnp.sum(jnp.where(free, width, 0.0))
        rest = power - jnp.sum(jnp.where(held, least, 0.0))
        water = (rest + jnp.sum(jnp.where(free, depth, 0.0))) / jnp.where(wide > 0, wide, 1.0)
        return jnp.where(held, least, width * water - depth)

    def hold(_: int, held: Array) -> Array:
        return held | (level(held) < least)

    return _spent(level(lax.fori_loop(0, len(a), hold, jnp.zeros(len(a), bool))), least, power)


def _priced(a: Array, c: Array, power: Array, weights: tuple[Array, Array], rate_near: Array, rate_far: Array) -> Array:
    """Any weights: further power raises the near user, slope w s/(a + N), and from where w < v says, the far one.

    There the slope is v/(P_i + c). It falls continuously, so every price has one best power per group, and the sum
    falls with the price.
    """
    (near, far), best = weights, partial(_at_price, a, c, weights, rate_near, rate_far)

    def halve(_: int, bracket: tuple[Array, Array]) -> tuple[Array, Array]:
        low, high = bracket
        middle = 0.5 * (low + high)
        over = jnp.sum(best(jnp.exp(middle))) > power
        return jnp.where(over, middle, low), jnp.where(over, high, middle)

    # at the lowest price one group alone spends all, at the highest every group its least
    low = jnp.log(1e-3 * jnp.min(jnp.maximum(near, far)) / (power + jnp.max(c) + jnp.max(a)))
    high = jnp.log(1e3 * jnp.max(jnp.maximum(near, far)) / jnp.min(a))
    _, price = lax.fori_loop(0, _BISECTIONS, halve, (low, jnp.maximum(high, low)))
    return _spent(best(jnp.exp(price)), least_power(a, c, rate_near, rate_far), power)


def _at_price(
    a: Array, c: Array, weights: tuple[Array, Array], rate_near: Array, rate_far: Array, price: Array
) -> Array:
    """Powers of the groups at a price; for w >= v further power raises the near user alone."""
    share, least, (near, far) = 2.0**-rate_far, least_power(a, c, rate_near, rate_far), weights
    switch = (jnp.maximum(_inner(a, c, weights), (2.0**rate_near - 1) * a) + c) / share - c
    switch = jnp.where(near < far, switch, jnp.inf)
    beyond = far / price - c
    before = near / price + ((1 - share) * c - a) / share
    return jnp.maximum(jnp.where(beyond >= switch, beyond, jnp.minimum(before, switch)), least)


def _spent(groups: Array, least: Array, power: Array) -> Array:
    """Exactly P in all: rounding goes to the group with most power above its least.

    Where noise over gain exceeds P by more than numbers have digits, rounding alone exceeds P: what is taken off may
    then leave nothing, to which P is added, or still too much: then all are scaled.
    """
    most = jnp.argmax(groups - least)
    groups = jnp.maximum(groups, 0.0)
    for _ in range(2):
        groups = jnp.maximum(groups.at[most].add(power - jnp.sum(groups)), 0.0)
    total = jnp.sum(groups)
    return jnp.where(total > power * (1 + 1e-12), groups * (power / jnp.where(total > 0, total, 1.0)), groups)


def allocate_power(
    a: ArrayLike,
    b: ArrayLike,
    power_w: ArrayLike,
    weight: ArrayLike,
    rate_near: ArrayLike,
    rate_far: ArrayLike,
    weight_far: ArrayLike | None = None,
) -> Allocation:
    """``allocate`` for a batch: a, b (drops, groups) or (groups,), the others one value or (drops,), or like a.

    Args:    power_w is that of all groups; weight of the near user, below 1 where the far one has the rest (default).
    Returns: Allocation of NumPy arrays, drops first: powers (drops, groups, 2), endings (drops,), shares (drops,).
    Raises:  ValueError naming the argument that is not positive, not between 0 and 1, negative, or of a wrong shape.
    """
    given = {"a": np.atleast_2d(np.asarray(a, float)), "b": np.atleast_2d(np.asarray(b, float))}
    require(given["a"].shape == given["b"].shape, "b", f"have the shape of a, {given['a'].shape}", given["b"].shape)
    for name, values in given.items():
        require(bool((values > 0).all()), name, "be > 0", values[~(values > 0)][:1])
    (drops, groups), each = given["a"].shape, np.shape(a)
    others = {"power_w": power_w, "weight": weight, "rate_near": rate_near, "rate_far": rate_far}
    others["weight_far"] = 1 - np.asarray(weight, float) if weight_far is None else weight_far
    for name, value in others.items():
        array = np.asarray(value, float)
        shapes = [(drops,)] if name == "power_w" else list(dict.fromkeys([(drops,), each]))
        rule = f"be one value or have shape {' or '.join(map(str, shapes))}"
        require(array.shape in ((), *shapes), name, rule, array.shape)
        require(bool(np.isfinite(array).all()), name, "be finite", value)
        if name in ("power_w", "weight_far") or (name == "weight" and weight_far is not None):
            require(bool((array > 0).all()), name, "be > 0", value)
        elif name == "weight":
            require(bool(((array > 0) & (array < 1)).all()), name, "be between 0 and 1", value)
        else:
            require(bool((array >= 0).all()), name, "be >= 0", value)
        per_drop = array[:, None] if array.shape == (drops,) != each else array
        others[name] = (
            np.broadcast_to(array, drops) if name == "power_w" else np.broadcast_to(per_drop, (drops, groups))
        )
    placed = jax.device_put((*given.values(), *others.values()))
    return Allocation(*map(np.asarray, _batched(*placed)))


_batched = jax.jit(jax.vmap(allocate))
