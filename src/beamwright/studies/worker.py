"""Work on a chunk: draw, design, measure, and hand back plain arrays."""

import time
from dataclasses import dataclass

import numpy as np

from beamwright.core import draws, drop_keys, require, root_key, status_text
from beamwright.numerics import in_full
from beamwright.studies.plan import Chunk, load_function, load_system

_MEASURE_STREAM = 0x6D656173
"""Folded into a drop's key for what is random in measuring, so that it shares nothing with the drawing."""


@dataclass(frozen=True)
class Outcome:
    """Status of each drop of a chunk, measurements, and time taken."""

    status: list[str]
    values: dict[str, np.ndarray]
    seconds: float


def compute(chunk: Chunk) -> Outcome:
    """Design for the chunk's drops and measure the designs; a drop's numbers depend on its own key only, to the bit.

    NumPy's warnings are not passed on: what a number means that is none, its status says.
    """
    with np.errstate(all="ignore"), in_full():
        return _compute(chunk)


def _compute(chunk: Chunk) -> Outcome:
    start = time.perf_counter()
    system = load_system(chunk.system)
    scenario = system.scenario(**chunk.scenario)
    key = root_key(chunk.seed)
    draw = load_function(chunk.draw) if chunk.draw else system.draw
    realisation = draw(scenario, key, chunk.drops, chunk.first)
    design = system.methods[chunk.method](scenario, realisation.known, **chunk.options)
    keys = draws.fold_in(drop_keys(key, chunk.drops, chunk.first), _MEASURE_STREAM)
    measured = load_function(chunk.measure)(scenario, realisation, design, keys, **chunk.measure_options)
    lost = sorted(set(chunk.metrics) - set(measured))
    require(not lost, chunk.measure, f"measure {', '.join(chunk.metrics)}", f"nothing for {lost}")
    values = {name: np.asarray(measured[name], float) for name in chunk.metrics}
    return Outcome(status_text(design.status), values, time.perf_counter() - start)
