"""Positions at the boundary: anyone's arrays, checked and given their drops axis."""

import numpy as np

from beamwright.core import Input, as_array, known_of, plain_array, require
from beamwright.systems.dma_noma.geometry import feed_matrix
from beamwright.systems.dma_noma.results import Known
from beamwright.systems.dma_noma.scenario import Scenario

_PLACES = Input("drops groups xyz", "position", "m")
INPUTS = {"near_positions_m": _PLACES, "far_positions_m": _PLACES}
"""Arrays a user may bring."""


def checked(s: Scenario, known: Known) -> Known:
    """The same positions as float arrays (drops, groups, 3), with the matrix of reference waves for every drop.

    Raises: ValueError naming the array that is not finite or has a wrong shape, a ball of positions that touches the
            antenna, a reference wave that would amplify.
    """
    known = known_of(known, Known)
    values = {}
    for name, given in INPUTS.items():
        array = plain_array(getattr(known, name), name)
        array = array[None] if array.ndim == 2 else array
        values[name] = as_array(array, name, given.axes, given.dtype, groups=s.groups, xyz=3)
    near, far = values.values()
    require(near.shape == far.shape, "far_positions_m", f"have shape {near.shape} like near_positions_m", far.shape)
    for name, array in values.items():
        s.require_apart(float(np.linalg.norm(array, axis=-1).min(initial=np.inf)), name)
    drops = len(near)
    numbers = np.arange(drops) if known.drop is None else np.atleast_1d(known.drop)
    require(numbers.shape == (drops,), "drop", f"have shape {(drops,)}", numbers.shape)
    return Known(near, far, _waves(s, known, drops), numbers)


def _waves(s: Scenario, known: Known, drops: int) -> np.ndarray:
    if known.reference_wave is None:
        return np.broadcast_to(feed_matrix(s), (drops, s.elements, s.chains))
    wave = plain_array(known.reference_wave, "reference_wave")
    wave = np.broadcast_to(wave, (drops, *wave.shape)) if wave.ndim == 2 else wave
    wave = as_array(wave, "reference_wave", "drops elements chains", complex, drops=drops, elements=s.elements)
    norm = float(np.linalg.norm(wave, 2, axis=(1, 2)).max(initial=0))
    require(norm <= 1 + 1e-9, "reference_wave", "have a spectral norm of at most 1 (a passive surface)", f"{norm:.6g}")
    return wave
