"""Metasurface NOMA by convex programs: the alternating reference and the S-lemma (spec dma_noma, sections 4, 6, 9)."""

import numpy as np
import pytest
from dma_cases import drawn, g1

pytest.importorskip("cvxpy")

from beamwright import dma_noma as dn
from beamwright.systems.dma_noma.methods import reference


def test_semidefinite_alternation_reaches_its_known_value_and_not_ours():
    s, known = g1()
    d = dn.METHODS["sdr-sca"](s, known)
    assert d.status_text[0] in ("feasible", "stopped") and d.certificate.verified_sum_rate[0] >= 36.5
    assert np.all(np.diff(d.trace[0]) >= -1e-9)
    assert reference.top_share(s, known, d)[0] >= 0.97
    ours = dn.maximise_guaranteed_rate(s, known)
    assert ours.certificate.verified_sum_rate[0] >= d.certificate.verified_sum_rate[0]


@pytest.mark.slow
def test_several_starts_are_no_worse():
    s, r = drawn(1, columns=8)
    one, three = (dn.METHODS["sdr-sca"](s, r.known, starts=n, rounds=2) for n in (1, 3))
    assert three.guaranteed_weighted_rate[0] >= one.guaranteed_weighted_rate[0] - 1e-9
    with pytest.raises(ValueError, match="rounds must be >= 1"):
        dn.METHODS["sdr-sca"](s, r.known, rounds=0)


def test_trust_region_and_lmi_agree():
    for error_m in (5e-4, 3e-3):
        s, r = drawn(1, position_error_m=error_m)
        d = dn.csi_ball(s, r.known, rounds=2)
        found, lmi = np.stack(dn.ball_sinr(s, r.known, d)), reference.ball_sinr_lmi(s, r.known, d)
        clear = found > 1e-3
        assert clear.mean() > 0.5
        np.testing.assert_allclose(10 * np.log10(found[clear]), 10 * np.log10(lmi[clear]), atol=0.02)
