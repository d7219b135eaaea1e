"""Shared by all tests: double precision, and compiled programs kept between runs."""

from pathlib import Path

import jax
import pytest

import beamwright  # noqa: F401  (switches JAX to double precision before any test module makes an array)


def pytest_configure(config: pytest.Config) -> None:
    """A second run of the suite does not pay for compilation again; the key is the program itself."""
    folder = Path(config.rootpath) / ".pytest_cache" / "compiled"
    jax.config.update("jax_compilation_cache_dir", str(folder))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.5)
