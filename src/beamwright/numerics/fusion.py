"""Control of XLA's fusion: a value stored before its use, a sum over the lanes in one pass.

``materialise`` between kernels is deliberate: without it XLA fuses a product or a factorisation into its consumers and
recomputes it for every output entry (measured: 7x slower for A B C; ``optimization_barrier`` is dropped too early on
the CPU to help). It marks a call as not to be inlined, which no fusion crosses.
"""

import functools
import operator
from collections.abc import Iterable
from typing import TypeVar

import jax
from jax import Array
from jax.experimental.xla_metadata import set_xla_metadata

T = TypeVar("T")
_identity = jax.jit(lambda x: x)


def materialise(x: T) -> T:
    """x itself, computed and stored once before anything that uses it (a pytree of arrays; see the module's lines)."""
    with set_xla_metadata(inlineable="false"):
        return _identity(x)


def total(terms: Iterable[Array], *start: Array) -> Array:
    """Sum of arrays, unrolled: one fused pass, vectorised over the lanes (XLA's reductions are not)."""
    return functools.reduce(operator.add, terms, *start)
