"""Beamwright: certified, batched, robust beamforming and resource allocation for 6G-style systems.

Importing a system switches JAX to double precision (``beamwright.systems``); importing the package sets nothing.
"""

from importlib import import_module
from os import PathLike
from pathlib import Path
from types import ModuleType

__version__ = "0.1.0"
_SYSTEMS = ("noma_isac", "star_ris", "dma_noma", "cellfree")
__all__ = ["__version__", "cache", *_SYSTEMS]


def cache(folder: str | PathLike[str] | None = None) -> Path | None:
    """Keep compiled programs on disk from here on: what this process compiles, later ones load.

    For scripts and notebooks; the command line does so by itself. Call it before the first design.

    Args:    folder; None: ``BEAMWRIGHT_CACHE_DIR``, ``JAX_COMPILATION_CACHE_DIR``, ``$XDG_CACHE_HOME/beamwright`` or
             ``~/.cache/beamwright``, the first there is; ``"off"``: nothing changes.
    Returns: where programs are kept, by kind of processor; None where there is no folder or it cannot be written, which
             costs time and nothing else.
    """
    from beamwright.core.program_cache import keep_programs

    return keep_programs(None if folder is None else str(folder))


def __getattr__(name: str) -> ModuleType:
    """``from beamwright import noma_isac``: a system is imported when it is asked for."""
    if name in _SYSTEMS:
        return import_module(f"beamwright.systems.{name}")
    raise AttributeError(f"module 'beamwright' has no attribute {name!r}")
