"""The system as the command line and the studies see it; what every method must do is in ``tests/contract``."""

import jax
import numpy as np
import pytest

from beamwright.systems import SYSTEMS
from beamwright.systems.noma_isac import METHODS, SYSTEM, Scenario

S = Scenario.small()


def test_the_system_is_found_by_its_name():
    assert "noma-isac" in list(SYSTEMS) and SYSTEMS["noma-isac"] is SYSTEM
    with pytest.raises(KeyError):
        SYSTEMS["no-such-system"]


@pytest.fixture(scope="module")
def realisation():
    return SYSTEM.draw(S, jax.random.key(3), 4)


def test_the_non_robust_design_misses_in_the_worst_case_and_the_robust_one_does_not(realisation):
    target = 10**0.8
    plain = METHODS["non-robust-min-power"](S, realisation.known, sinr_db=8.0, csi_error=0.1)
    robust = METHODS["robust-min-power"](S, realisation.known, sinr_db=8.0, csi_error=0.1)
    assert np.all(np.nanmin(plain.sinr, axis=(1, 2)) < 0.99 * target)
    assert np.all(np.nanmin(robust.sinr, axis=(1, 2)) > target * (1 - 1e-6))
    assert np.all(plain.objective_w < robust.objective_w)


def test_known_refuses_channels_that_do_not_fit():
    with pytest.raises(ValueError, match="h must have 2 users"):
        SYSTEM.known(S, h=np.ones((1, 3, 4)))
    with pytest.raises(ValueError, match="h must be finite"):
        SYSTEM.known(S, h=np.full((1, 2, 4), np.nan))
    assert SYSTEM.known(S, h=np.ones((2, 4))).shape == (1, 2, 4)
