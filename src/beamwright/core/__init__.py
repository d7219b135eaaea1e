"""The ground floor: units, checks, keys, status, configuration and the contract every system fulfils."""

from beamwright.core import ranges
from beamwright.core.boundary import USUAL, MissingExtra, extra, guarded, known_of, leading, require_scenario
from beamwright.core.checks import as_array, numbers, plain_array, require
from beamwright.core.config import Config, parameter
from beamwright.core.contract import Certificate, Design, Input, Learner, Method, System, Violation
from beamwright.core.device import require_jax
from beamwright.core.keys import drop_keys, numbered_keys, root_key
from beamwright.core.results import ArrayRecord
from beamwright.core.roles import Asked, Found, Informative, Residual, Role
from beamwright.core.sizes import COMPLEX, REAL, require_drops, require_memory
from beamwright.core.status import VALID, Status, status_text
from beamwright.core.units import SPEED_OF_LIGHT, db_to_linear, dbm_to_w, linear_to_db, w_to_dbm

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
    "Design",
    "Found",
    "Informative",
    "Input",
    "Learner",
    "Method",
    "Residual",
    "Role",
    "MissingExtra",
    "Status",
    "System",
    "Violation",
    "as_array",
    "db_to_linear",
    "dbm_to_w",
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
    "require",
    "require_drops",
    "require_memory",
    "require_scenario",
    "root_key",
    "require_jax",
    "status_text",
    "w_to_dbm",
]
