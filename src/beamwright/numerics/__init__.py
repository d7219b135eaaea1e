"""Numerical kernels: linear algebra of small matrices, batching over lanes, phasors.

No validation and no global flag: certificates need double precision, which ``beamwright.systems`` switches on.
"""

from beamwright.numerics.array_api import Tree, Values, namespace, square_modulus
from beamwright.numerics.backend import THREADS, lanes_per_tile, threads
from beamwright.numerics.blocked_cholesky import Factor, factorise, solve_factorised
from beamwright.numerics.cholesky import inverse_factor
from beamwright.numerics.eigenvalues import smallest_eigenvalue
from beamwright.numerics.fusion import materialise, total
from beamwright.numerics.gram import weighted_gram
from beamwright.numerics.hermitian_coordinates import from_hermitian, to_hermitian
from beamwright.numerics.lane_programs import COMPILER, LaneProgram, in_full, programs_used
from beamwright.numerics.lanes import one_by_one
from beamwright.numerics.phasors import phasor, unit_phasor
from beamwright.numerics.positive_definite import solve_above, solve_positive
from beamwright.numerics.tiles import in_tiles

__all__ = [
    "COMPILER",
    "THREADS",
    "Factor",
    "LaneProgram",
    "Tree",
    "Values",
    "factorise",
    "from_hermitian",
    "in_full",
    "in_tiles",
    "inverse_factor",
    "lanes_per_tile",
    "materialise",
    "namespace",
    "one_by_one",
    "phasor",
    "programs_used",
    "smallest_eigenvalue",
    "solve_above",
    "solve_factorised",
    "solve_positive",
    "square_modulus",
    "threads",
    "to_hermitian",
    "total",
    "unit_phasor",
    "weighted_gram",
]
