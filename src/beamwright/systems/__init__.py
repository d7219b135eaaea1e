"""The systems, by the name used on the command line; each is imported when it is asked for."""

from collections.abc import Iterator, Mapping
from importlib import import_module

from beamwright.core import System

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
