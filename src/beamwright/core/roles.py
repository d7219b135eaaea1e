"""Roles of the arrays of a design for those who check it; stated beside the array, read by ``verify``.

status: np.ndarray        recomputed from the other arrays and compared, as every array is of which nothing else is said
beams: Found              what the method found: all that is recomputed is recomputed from it
sinr_target: Asked        follows from scenario, method and options (``System.asked``)
trace: Informative        how it was found: nothing can confirm it, and nothing else depends on it
"""

from enum import Enum
from typing import Annotated

import numpy as np


class Role(Enum):
    """Way in which an array is checked; the value says it to a person."""

    RECOMPUTED = "recomputed"
    FOUND = "found"
    ASKED = "asked for"
    RESIDUAL = "recomputed, small"
    INFORMATIVE = "informative only"


Found = Annotated[np.ndarray, Role.FOUND]
"""Variables and multipliers: finite wherever the drop may be used."""
Asked = Annotated[np.ndarray, Role.ASKED]
"""Bound to scenario, method and options."""
Residual = Annotated[np.ndarray, Role.RESIDUAL]
"""Recomputed; a difference of numbers of order one, so that rounding of order 1e-12 is nothing."""
Informative = Annotated[np.ndarray, Role.INFORMATIVE]
"""Cannot be confirmed, and is marked so."""
