"""Lanes one after another in one compiled loop, each at its own length."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
from jax import Array, lax

from beamwright.core import compiler_options
from beamwright.numerics.array_api import Tree


def one_by_one(one: Callable[..., Tree]) -> Callable[..., Tree]:
    """The compiled function of (count, *arrays) that maps ``one`` over the first ``count`` lanes, one after another.

    No lane waits for a slower one, and lanes that only fill up the tile cost nothing (they come out as zeros).
    """

    lane = jax.jit(one)  # which is traced once, for its shapes and for the loop

    def mapped(count: Array, *arrays: Array) -> Tree:
        def step(i: Array, done: Tree) -> Tree:
            return jax.tree.map(lambda all, new: all.at[i].set(new), done, lane(*(a[i] for a in arrays)))

        shapes = jax.eval_shape(lane, *(a[0] for a in arrays))
        empty = jax.tree.map(lambda a: jnp.zeros((len(arrays[0]), *a.shape), a.dtype), shapes)
        return lax.fori_loop(0, count, step, empty)

    return jax.jit(mapped, compiler_options=compiler_options(lanes=False))
