"""The ground floor: units, checks, keys, status, configuration and the contract every system fulfils."""

from beamwright.core import ranges
from beamwright.core.checks import as_array, plain_array, require
from beamwright.core.config import Config, parameter
from beamwright.core.contract import Input, Learner, Method, System
from beamwright.core.device import require_jax
from beamwright.core.keys import drop_keys, numbered_keys
from beamwright.core.results import ArrayRecord
from beamwright.core.status import VALID, Status, status_text
from beamwright.core.units import SPEED_OF_LIGHT, db_to_linear, dbm_to_w, linear_to_db, w_to_dbm

__all__ = [
    "SPEED_OF_LIGHT",
    "VALID",
    "ArrayRecord",
    "Config",
    "Input",
    "Learner",
    "Method",
    "Status",
    "System",
    "as_array",
    "db_to_linear",
    "dbm_to_w",
    "drop_keys",
    "linear_to_db",
    "numbered_keys",
    "parameter",
    "plain_array",
    "ranges",
    "require",
    "require_jax",
    "status_text",
    "w_to_dbm",
]
