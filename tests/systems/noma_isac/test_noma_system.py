"""The system as the command line and the studies see it: every method under one contract."""

import jax
import numpy as np
import pytest

from beamwright.systems import SYSTEMS
from beamwright.systems.noma_isac import METHODS, SYSTEM, Scenario

S = Scenario.small()
FAST = {"randomisation": {"samples": 5}}


def test_the_system_is_found_by_its_name():
    assert "noma-isac" in list(SYSTEMS) and SYSTEMS["noma-isac"] is SYSTEM
    with pytest.raises(KeyError):
        SYSTEMS["no-such-system"]


@pytest.fixture(scope="module")
def realisation():
    return SYSTEM.draw(S, jax.random.key(3), 4)


@pytest.mark.parametrize("name", METHODS)
def test_every_method_designs_what_its_certificate_confirms(name, realisation):
    if name == "reference":
        pytest.importorskip("cvxpy")
    design = METHODS[name](S, SYSTEM.known(S, h=realisation.known), **FAST.get(name, {}))
    assert design.beams.shape == (4, S.users, S.antennas)
    proof = SYSTEM.certify(S, realisation.known, design)
    for field, array in design.certificate.to_arrays().items():
        assert np.allclose(array, getattr(proof, field), rtol=1e-9, atol=1e-12, equal_nan=True), field
    assert design.status_text == proof.status_text and set(proof.status_text) <= {"optimal", "rank1_recovered"}
    rows = SYSTEM.headline(S, design)
    assert [row["drop"] for row in rows] == [0, 1, 2, 3] and len({tuple(row) for row in rows}) == 1
    card = SYSTEM.evaluate(S, realisation, design)
    assert np.allclose(card.objective_w, design.objective_w) and np.all(card.sensing_violation < 1e-6)


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
