"""Programs against CVXPY with Clarabel, not reduced, not scaled; and against Clarabel on our standard form."""

import numpy as np
import pytest

pytest.importorskip("cvxpy")

from beamwright.programs.scaling import units
from benchmarks.programs import standard_form
from benchmarks.programs.cases import CASES, draw, one
from benchmarks.programs.peers import PEERS, solve

QUICK = ("per_antenna", "multicast")
INACCURATE = ("unicast_robust", "cognitive", "secrecy", "bernstein")
"""Clarabel reports ``optimal_inaccurate``."""


@pytest.mark.filterwarnings("ignore:Solution may be inaccurate")
@pytest.mark.parametrize("name", [n if n in QUICK else pytest.param(n, marks=pytest.mark.slow) for n in CASES])
def test_values_agree(name: str) -> None:
    data = draw(name, 2)
    theirs = [solve(PEERS[name](one(data, drop))).value for drop in range(2)]
    problem = CASES[name].ours(data)
    np.testing.assert_allclose(problem.relaxed_value(), theirs, rtol=1e-4 if name in INACCURATE else 1e-5)
    scaled, per = units(problem.model.form).scaled(problem.model.form), units(problem.model.form).value
    alone = [standard_form.solve(standard_form.assemble(scaled, drop)).value for drop in range(2)]
    sign = 1.0 if problem.sense == "minimise" else -1.0
    np.testing.assert_allclose(sign * per * alone, theirs, rtol=1e-4)
