"""Reference problems: their values, certified; all conditions met at the worst channels."""

import numpy as np
import pytest
from programs.cases import ZOO, channels

from beamwright import programs as bp
from beamwright.core import VALID, Status
from benchmarks.programs.cases import CASES, draw

QUICK = ("unicast", "unicast_robust", "per_antenna", "multicast")
"""Those that compile fast; the others follow in the long tests."""


@pytest.mark.parametrize("name", [n if n in QUICK else pytest.param(n, marks=pytest.mark.slow) for n in ZOO])
def test_reference_values(name: str) -> None:
    case = ZOO[name]
    found = case.make(range(3)).solve()
    certificate = found.certificate
    np.testing.assert_allclose(certificate.relaxed_objective, case.values, rtol=case.rtol)
    np.testing.assert_allclose(certificate.bound, certificate.relaxed_objective, rtol=1e-7)
    sign = 1 if certificate.sense == "minimise" else -1
    assert (sign * (certificate.bound - certificate.relaxed_objective) <= 1e-9 * np.abs(certificate.bound)).all()
    assert set(found.status) <= set(VALID), found.status_text
    assert (certificate.violation <= 1e-6).all()
    np.testing.assert_allclose(bp.verify(found.problem, found).objective, found.value, rtol=0)
    if name != "multicast":
        assert found.status_text == ["optimal"] * 3


def test_unicast_equals_uplink_downlink_duality() -> None:
    """Fixed point of the virtual uplink: lambda_k = gamma / ((1 + gamma) h_k^H (I + sum lambda_i h_i h_i^H)^-1 h_k)."""
    h, gamma = channels(range(3), 3), 10**0.8
    power = np.ones((3, 3))
    for _ in range(500):
        inner = np.eye(8) + np.einsum("dk,dka,dkb->dab", power, h, h.conj())
        gains = np.einsum("dka,dab,dkb->dk", h.conj(), np.linalg.inv(inner), h).real
        power = gamma / ((1 + gamma) * gains)
    found = ZOO["unicast"].make(range(3)).solve()
    np.testing.assert_allclose(found.value, 0.01 * power.sum(axis=1), rtol=1e-8)


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_targets_raised_by_30_db_are_proven_infeasible_or_bounded(name: str) -> None:
    """Never called optimal beyond a bound; at most half a percent of 256 drops without a proof either way."""
    found = CASES[name].ours(draw(name, 256), 30.0).solve()
    assert np.mean(found.status == Status.STALLED) <= 0.005, found.status_text
    none = found.status == Status.INFEASIBLE
    assert np.isinf(found.bound[none]).all() and np.isnan(found.value[none]).all()
    assert (
        np.isfinite(found.bound[~none]).all()
        and (found.certificate.violation[found.status == Status.OPTIMAL] <= 1e-6).all()
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", ["unicast", "unicast_robust", "per_antenna", "swipt", "coordinated", "network"])
def test_many_drops_are_certified(name: str) -> None:
    found = ZOO[name].make(range(256)).solve()
    assert np.mean(found.certificate.gap <= 1e-6) >= 0.995
    assert np.mean(np.isin(found.status, VALID)) >= 0.995
