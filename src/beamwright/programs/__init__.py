"""Programs over transmit covariances: written as they stand in a paper, solved for many channels at once, certified.

    w = covariances(3, antennas=8)
    problem = Problem(minimise(sum(w).power()), [sinr(w[k], at=h[:, k], among=w, noise=0.01) >= 6.3 for k in range(3)])
    found = problem.solve()

Importing it switches JAX to double precision, as a system does.
"""

import jax

from beamwright.programs.certificate import Certificate
from beamwright.programs.conditions import Condition
from beamwright.programs.cones import hermitian, norm, sinr
from beamwright.programs.expressions import Combination, Expression, covariances, scalar
from beamwright.programs.files import load, save
from beamwright.programs.gradient import value
from beamwright.programs.levels import Level, largest
from beamwright.programs.problem import Problem, Solution, maximise, minimise, verify
from beamwright.programs.robust import ball, ellipsoid

jax.config.update("jax_enable_x64", True)

__all__ = [
    "Certificate",
    "Combination",
    "Condition",
    "Expression",
    "Level",
    "Problem",
    "Solution",
    "ball",
    "covariances",
    "ellipsoid",
    "hermitian",
    "largest",
    "load",
    "maximise",
    "minimise",
    "norm",
    "save",
    "scalar",
    "sinr",
    "value",
    "verify",
]
