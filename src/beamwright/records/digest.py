"""The digest of a file of arrays: finds accidents, not forgers, who can compute it again."""

import hashlib
import json
from collections.abc import Mapping

import numpy as np


def digest_of(arrays: Mapping[str, np.ndarray], about: Mapping[str, object]) -> str:
    """SHA-256 over names, types, shapes and bytes of all arrays, in the order of their names, and over ``about``."""
    total = hashlib.sha256(json.dumps(about, sort_keys=True).encode())
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        total.update(f"{name} {array.dtype.str} {array.shape}".encode())
        total.update(array.tobytes())
    return total.hexdigest()
