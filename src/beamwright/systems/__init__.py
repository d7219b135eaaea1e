"""The systems, by the name used on the command line; each is imported when it is asked for.

Importing any of them switches JAX to double precision (``jax_enable_x64``): certificates to 1e-8 do not exist in
single precision. It is done in this process alone; programs it starts choose for themselves.
"""

from collections.abc import Iterator, Mapping
from importlib import import_module

import jax

from beamwright.core import System

jax.config.update("jax_enable_x64", True)

_MODULES = {"noma-isac": "noma_isac", "star-ris": "star_ris", "dma-noma": "dma_noma", "cellfree": "cellfree"}


class _Systems(Mapping[str, System]):
    """``SYSTEMS["noma-isac"]`` imports ``beamwright.systems.noma_isac`` and returns its ``SYSTEM``."""

    def __getitem__(self, name: str) -> System:
        return import_module(f"beamwright.systems.{_MODULES[name]}").SYSTEM

    def __iter__(self) -> Iterator[str]:
        return iter(_MODULES)

    def __len__(self) -> int:
        return len(_MODULES)


SYSTEMS: Mapping[str, System] = _Systems()
