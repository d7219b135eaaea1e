"""The systems, by the name used on the command line; each is imported when it is asked for.

A package of anybody's brings a system by an entry point of the group ``beamwright.systems``, ``name = "module"``: the
module has a ``SYSTEM`` of that name, and ``STUDIES`` if there are any (``examples/matched_beams``).

Importing any of them switches JAX to double precision (``jax_enable_x64``): certificates to 1e-8 do not exist in
single precision. It is done in this process alone; programs it starts choose for themselves.
"""

from collections.abc import Iterator, Mapping
from importlib import import_module
from importlib.metadata import entry_points

import jax

from beamwright.core import System, require

jax.config.update("jax_enable_x64", True)

_OWN = {"noma-isac": "noma_isac", "star-ris": "star_ris", "dma-noma": "dma_noma", "cellfree": "cellfree"}


class _Systems(Mapping[str, System]):
    """``SYSTEMS["noma-isac"]`` imports ``beamwright.systems.noma_isac`` and returns its ``SYSTEM``."""

    def __getitem__(self, name: str) -> System:
        module = _modules()[name]
        try:
            system = import_module(module).SYSTEM
        except Exception as error:
            if name in _OWN:
                raise
            raise ValueError(
                f"system {name} must be importable from {module}, got {type(error).__name__}: {error}. Mend or "
                "uninstall the package that brings it"
            ) from error
        require(system.name == name, f"SYSTEM of {module}", f"be called {name}, as its entry point is", system.name)
        return system

    def __iter__(self) -> Iterator[str]:
        return iter(_modules())

    def __len__(self) -> int:
        return len(_modules())


def installed() -> dict[str, str]:
    """Modules of systems that other packages bring, by name; none takes a name of ours."""
    brought = {entry.name: entry.value for entry in entry_points(group="beamwright.systems")}
    return {name: brought[name] for name in sorted(set(brought) - set(_OWN))}


def _modules() -> dict[str, str]:
    return {name: f"{__name__}.{module}" for name, module in _OWN.items()} | installed()


SYSTEMS: Mapping[str, System] = _Systems()
