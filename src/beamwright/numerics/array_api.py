"""Functions of NumPy's arrays and JAX's alike: a formula is written once for the host and for a kernel."""

from types import ModuleType
from typing import Any

Values = Any
"""An array of NumPy on the host, of JAX in a kernel (for one drop there, where a kernel is mapped over drops)."""
Tree = Any
"""A pytree of arrays; only the code that made it looks inside."""


def namespace(x: Values) -> ModuleType:
    """The module whose functions take this array, ``numpy`` or ``jax.numpy``, for code that serves both."""
    module: ModuleType = x.__array_namespace__()
    return module


def square_modulus(z: Values) -> Values:
    """|z|^2 entry by entry, of NumPy's arrays or JAX's; several times faster than ``abs(z) ** 2``."""
    return z.real**2 + z.imag**2
