"""A batched conic solver: Hermitian PSD, second-order and nonnegative cones, complex arrays native."""

from beamwright.optim.conic.cones import Cone, Point, Scaling
from beamwright.optim.conic.maps import DenseMap, LinearMap
from beamwright.optim.conic.solver import Options, Outcome, Problem, Solution, solve

__all__ = ["Cone", "DenseMap", "LinearMap", "Options", "Outcome", "Point", "Problem", "Scaling", "Solution", "solve"]
