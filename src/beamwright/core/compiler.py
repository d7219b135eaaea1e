"""How programs are compiled: options of XLA by kind of program, and programs that draw random numbers."""

import os
from collections.abc import Callable
from functools import cache, wraps
from typing import ParamSpec, TypeVar

import jax

P = ParamSpec("P")
T = TypeVar("T")


def compiler_options(lanes: bool = True, quick: bool = False) -> dict[str, object]:
    """For ``jax.jit`` on a CPU: full vectors (1.5x faster with AVX-512) and a third less to wait for the compiler, by
    cheaper passes and as many compilation units as cores.

    Args:    lanes, whether the program runs over lanes together. One lane after another is small arrays and many
             operations: without XLA's fusion emitters it compiles in three quarters of the time and runs as fast
             (cell-free), while lanes together run a third slower without them (robust NOMA-ISAC).
             quick, whether to be ready soon counts more than to be fast (``numerics.LaneProgram``).
    """
    if jax.default_backend() != "cpu":
        return {}
    return {
        "xla_cpu_prefer_vector_width": 512,
        "xla_cpu_use_fusion_emitters": lanes and not quick,
        "xla_backend_optimization_level": 0 if quick else 1,
        "xla_cpu_parallel_codegen_split_count": os.cpu_count() or 1,
    }


def drawn(*static: int) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Decorator for functions of random keys: compiled when first called, the arguments at these places static.

    Hashes and inverse error functions keep the compiler busy for seconds by its defaults, for a quarter of that so, and
    every bit is the same. The device is asked for when the function is called, not when it is imported. Such a function
    is called by Python, not by a program.
    """

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        @cache
        def compiled() -> Callable[P, T]:
            return jax.jit(function, static_argnums=static, compiler_options=compiler_options(lanes=False))

        @wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> T:
            return compiled()(*args, **kwargs)

        return call

    return decorate
