"""NOMA-ISAC written as a program agrees with the system of its own."""

import numpy as np
import pytest

from beamwright import noma_isac as ni
from benchmarks.programs.cases import channels
from benchmarks.programs.noma_isac import program


@pytest.mark.parametrize("csi_error", [0.0, pytest.param(0.05, marks=pytest.mark.slow)])
def test_least_power_agrees(csi_error: float) -> None:
    """Spec P1 and P2, own decoding: objectives and bounds of eight drops, both certified."""
    scenario, h = ni.Scenario(decoding="own"), channels(8, 3, 8)
    order = np.argsort(np.linalg.norm(h, axis=2), axis=1)
    h = np.take_along_axis(h, order[..., None], axis=1)
    own = ni.minimise_power(scenario, h, 8.0, csi_error)
    found = program(scenario, h, 10**0.8, csi_error).solve()
    assert found.status_text == ["optimal"] * 8
    np.testing.assert_allclose(found.value, own.objective_w, rtol=1e-8)
    np.testing.assert_allclose(found.bound, own.bound_w, rtol=1e-8)
