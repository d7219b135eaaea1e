"""The ground floor: units, checks, keys, status, configuration and the contract every system fulfils.

Configuration and contract need pydantic: they are loaded when they are first asked for, so that ``optim`` and other
floors without them can use the rest.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from beamwright.core import draws, ranges
from beamwright.core.checks import as_array, numbers, plain_array, require
from beamwright.core.compiler import compiler_options
from beamwright.core.device import require_jax
from beamwright.core.keys import drop_keys, numbered_keys, root_key
from beamwright.core.results import ArrayRecord, StatusRecord
from beamwright.core.roles import Asked, Found, Informative, Residual, Role
from beamwright.core.sizes import COMPLEX, REAL, require_drops, require_memory
from beamwright.core.status import VALID, Status, status_text
from beamwright.core.units import SPEED_OF_LIGHT, db_to_linear, dbm_to_w, linear_to_db, w_to_dbm

if TYPE_CHECKING:
    from beamwright.core.boundary import (
        USUAL,
        MissingExtra,
        extra,
        guarded,
        known_of,
        leading,
        renamed,
        require_scenario,
    )
    from beamwright.core.config import Config, parameter
    from beamwright.core.contract import (
        Certificate,
        Demands,
        Design,
        Headline,
        Input,
        Learner,
        Method,
        System,
        Violation,
    )
else:

    def __getattr__(name: str) -> Any:
        """A name of ``config``, ``contract`` or ``boundary``."""
        for module in ("config", "contract", "boundary") if name in __all__ else ():
            found = vars(import_module(f"beamwright.core.{module}"))
            if name in found:
                return found[name]
        raise AttributeError(f"module 'beamwright.core' has no attribute {name!r}")


__all__ = [
    "COMPLEX",
    "REAL",
    "SPEED_OF_LIGHT",
    "USUAL",
    "VALID",
    "ArrayRecord",
    "Asked",
    "Certificate",
    "Config",
    "Demands",
    "Design",
    "Found",
    "Headline",
    "Informative",
    "Input",
    "Learner",
    "Method",
    "Residual",
    "Role",
    "MissingExtra",
    "Status",
    "StatusRecord",
    "System",
    "Violation",
    "as_array",
    "compiler_options",
    "db_to_linear",
    "dbm_to_w",
    "draws",
    "drop_keys",
    "extra",
    "guarded",
    "known_of",
    "leading",
    "linear_to_db",
    "numbered_keys",
    "numbers",
    "parameter",
    "plain_array",
    "ranges",
    "renamed",
    "require",
    "require_drops",
    "require_memory",
    "require_scenario",
    "root_key",
    "require_jax",
    "status_text",
    "w_to_dbm",
]
