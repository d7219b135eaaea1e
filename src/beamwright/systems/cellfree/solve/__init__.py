"""Solve: the search of positions, beams and powers, and its starting points. It knows the physics, not the audit."""

from beamwright.systems.cellfree.solve.multistart import Found, Options, filters_for, first_lanes, multistart

__all__ = ["Found", "Options", "filters_for", "first_lanes", "multistart"]
