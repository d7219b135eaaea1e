"""Beamwright: certified, batched, robust beamforming and resource allocation for 6G-style systems.

Importing the package switches JAX to double precision (``jax_enable_x64``): certificates to 1e-8 do not
exist in single precision. It is done in this process alone; programs it starts choose for themselves.
"""

import sys
from importlib import import_module
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType

__version__ = "0.1.0"
_SYSTEMS = ("noma_isac", "star_ris", "dma_noma", "cellfree")
__all__ = ["__version__", *_SYSTEMS]


class _DoublePrecision:
    """An import hook that switches a JAX yet to be imported, so that ``beamwright --help`` need not wait for it."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """JAX as the other finders find it, switched once it is loaded."""
        if name != "jax":
            return None
        sys.meta_path.remove(self)  # type: ignore[arg-type]
        spec = find_spec("jax")
        if spec is not None and spec.loader is not None:
            load = spec.loader.exec_module

            def load_and_switch(module: ModuleType) -> None:
                load(module)
                module.config.update("jax_enable_x64", True)

            spec.loader.exec_module = load_and_switch  # type: ignore[method-assign]
        return spec


if "jax" in sys.modules:
    sys.modules["jax"].config.update("jax_enable_x64", True)
else:
    sys.meta_path.insert(0, _DoublePrecision())  # type: ignore[arg-type]


def __getattr__(name: str) -> ModuleType:
    """``from beamwright import noma_isac``: a system is imported when it is asked for."""
    if name in _SYSTEMS:
        return import_module(f"beamwright.systems.{name}")
    raise AttributeError(f"module 'beamwright' has no attribute {name!r}")
