"""A batched conic solver: Hermitian PSD, second-order and nonnegative cones, complex arrays native."""

from beamwright.optim.conic.maps import DenseMap, LinearMap
from beamwright.optim.conic.points import Point
from beamwright.optim.conic.product import Cone, Scaling
from beamwright.optim.conic.solver import Options, Problem, Solution, solve

__all__ = ["Cone", "DenseMap", "LinearMap", "Options", "Point", "Problem", "Scaling", "Solution", "solve"]
