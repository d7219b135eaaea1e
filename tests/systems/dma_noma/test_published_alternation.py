"""The source's alternation: its trace tells what every round's design is worth, and it goes up and down."""

import numpy as np
from dma_cases import g1

from beamwright import dma_noma as dn


def test_the_published_alternation_oscillates_and_returns_its_last_design():
    s, known = g1(columns=16)
    quick = {"rounds": 2, "steps": 30}
    design = dn.published_alternation(s, known, alternations=4, **quick)
    assert design.trace.shape == (1, 5) and design.iterations.tolist() == [4]
    np.testing.assert_array_equal(design.trace[:, -1], design.certificate.verified_weighted_rate)
    estimates = dn.non_robust(s, known, **quick)
    np.testing.assert_allclose(design.trace[:, 0], estimates.certificate.verified_weighted_rate)
    steps = np.diff(design.trace[0])
    assert steps.min() < -0.5 and steps.max() > 0.05
    robust = dn.maximise_guaranteed_rate(s, known, **quick)
    assert robust.certificate.verified_weighted_rate[0] > design.trace.max()
