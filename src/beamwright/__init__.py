"""Beamwright: certified, batched, robust beamforming and resource allocation for 6G-style systems.

Importing a system switches JAX to double precision (``beamwright.systems``); importing the package sets nothing.
"""

from importlib import import_module
from types import ModuleType

__version__ = "0.1.0"
_SYSTEMS = ("noma_isac", "star_ris", "dma_noma", "cellfree")
__all__ = ["__version__", *_SYSTEMS]


def __getattr__(name: str) -> ModuleType:
    """``from beamwright import noma_isac``: a system is imported when it is asked for."""
    if name in _SYSTEMS:
        return import_module(f"beamwright.systems.{name}")
    raise AttributeError(f"module 'beamwright' has no attribute {name!r}")
