"""Solve: the search of positions, beams and powers, and its starting points. It knows the physics, not the audit."""

from beamwright.systems.cellfree.solve.multistart import (
    Found,
    Options,
    filters_for,
    first_lanes,
    multistart,
    steps_by_schedule,
)
from beamwright.systems.cellfree.solve.schedule import Schedule, coded, decoded

__all__ = [
    "Found",
    "Options",
    "Schedule",
    "coded",
    "decoded",
    "filters_for",
    "first_lanes",
    "multistart",
    "steps_by_schedule",
]
