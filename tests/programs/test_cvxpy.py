"""Programs against CVXPY with Clarabel, in the formulations of the benchmark: not reduced, not scaled."""

import numpy as np
import pytest
from programs.cases import channels

pytest.importorskip("cvxpy")

from benchmarks.programs.peers import PEERS, solve
from benchmarks.programs.plan import OURS

SEEDS = (20, 21)


@pytest.mark.filterwarnings("ignore:Solution may be inaccurate")
@pytest.mark.parametrize(("name", "users", "rtol"), [("per_antenna", 3, 1e-5), ("unicast_robust", 3, 1e-4)])
def test_values_agree(name: str, users: int, rtol: float) -> None:
    h = channels(SEEDS, users)
    theirs = [solve(PEERS[name](one)).value for one in h]
    np.testing.assert_allclose(OURS[name](h).relaxed_value(), theirs, rtol=rtol)
