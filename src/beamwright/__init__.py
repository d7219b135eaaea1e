"""Beamwright: certified, batched, robust beamforming and resource allocation for 6G-style systems.

Importing the package switches JAX to double precision (``jax_enable_x64``): certificates to 1e-8 do not
exist in single precision.
"""

import os
import sys
from importlib import import_module
from types import ModuleType

# Said to a JAX that is yet to be imported by its environment variable: then ``beamwright --help`` need not wait for it.
os.environ["JAX_ENABLE_X64"] = "1"
if "jax" in sys.modules:
    sys.modules["jax"].config.update("jax_enable_x64", True)

__version__ = "0.1.0"
_SYSTEMS = ("noma_isac", "star_ris", "dma_noma", "cellfree")
__all__ = ["__version__", *_SYSTEMS]


def __getattr__(name: str) -> ModuleType:
    """``from beamwright import noma_isac``: a system is imported when it is asked for."""
    if name in _SYSTEMS:
        return import_module(f"beamwright.systems.{name}")
    raise AttributeError(f"module 'beamwright' has no attribute {name!r}")
