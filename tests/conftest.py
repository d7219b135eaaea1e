"""Shared by all tests: double precision, and compiled programs kept between runs."""

import os
from pathlib import Path

# Three quarters of the suite's time are XLA's compiler. Without fusion emitters it needs a quarter less, and with plain
# code, which is slower only where much is computed, a third less again; flags of the caller come last and win. What a
# program of the library asks of the compiler by itself stays as it is, but that of its two programs for lanes together
# the quick one is run (test_lane_programs.py compares them). Before JAX is imported, and for the processes of tests,
# too.
QUICK_COMPILER = "--xla_cpu_use_fusion_emitters=false --xla_backend_optimization_level=0"
os.environ.setdefault("BEAMWRIGHT_COMPILER", "quick")
os.environ["XLA_FLAGS"] = f"{QUICK_COMPILER} {os.environ.get('XLA_FLAGS', '')}".strip()

import jax  # noqa: E402
import pytest  # noqa: E402

jax.config.update("jax_enable_x64", True)  # before any test module makes an array


def pytest_configure(config: pytest.Config) -> None:
    """A second run of the suite does not pay for compilation again; the key is the program itself."""
    folder = Path(config.rootpath) / ".pytest_cache" / "compiled"
    jax.config.update("jax_compilation_cache_dir", str(folder))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.05)


@pytest.fixture(scope="module", autouse=True)
def forget_programs():
    """Linux lets a process map 65530 pieces of memory, and each compiled program maps dozens: a module forgets its own.

    Beyond the limit XLA crashes. What is compiled again is loaded from the folder above.
    """
    yield
    jax.clear_caches()
