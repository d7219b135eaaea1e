"""The source's two stages in turn: every design is the best for offsets that the next ones are not."""

import numpy as np
import pytest
from cellfree_cases import drawn

from beamwright import cellfree as cf

QUICK = {"starts": 2, "steps": 100}


def test_the_alternation_designs_for_one_offset_after_the_other_and_never_for_the_worst():
    s, r = drawn(2)
    d = cf.published_alternation(s, r.known, alternations=3, **QUICK)
    assumed, true = d.trace[..., 0], d.trace[..., 1]
    assert d.trace.shape == (2, 4, 2) and d.iterations.tolist() == [3, 3]
    np.testing.assert_array_equal(true[:, -1], d.certificate.worst_case_utility)  # the last is returned
    first = cf.non_robust(s, r.known, rounds=1, **QUICK)
    np.testing.assert_allclose(assumed[:, 0], first.certificate.nominal_utility)
    np.testing.assert_allclose(true[:, 0], first.worst_case_utility)
    assert np.all(true <= assumed + 1e-9)
    robust = cf.maximise_worst_case(s, r.known, **QUICK)
    assert np.all(true.max(axis=1) < robust.worst_case_utility - 1)  # no round comes near
    assert np.all(assumed[:, 1:] > robust.worst_case_utility[:, None] - 1)  # though every one believes so


@pytest.mark.slow
def test_stage_one_is_the_algorithm_named_and_stage_two_the_best_for_its_offsets():
    s, r = drawn(2)
    first = cf.published_alternation(s, r.known, alternations=1, adversary="oracle", **QUICK)
    start = cf.non_robust(s, r.known, rounds=1, **QUICK)
    offsets = cf.worst_case_offset(s, r.known, start, start.receivers).offsets_hz
    there = cf.sinr(s, r.known, first, first.receivers, offsets)
    np.testing.assert_allclose(first.trace[:, 1, 0], there.utility)
    own = [cf.receivers(s, r.known.take([i]), first.take([i]), offsets[[i]]) for i in range(2)]
    best = [cf.sinr(s, r.known.take([i]), first.take([i]), own[i], offsets[i]).utility[0] for i in range(2)]
    np.testing.assert_allclose(there.utility, best, rtol=1e-9)  # filters are the closed forms for these offsets
    with pytest.raises(ValueError, match="adversary must be"):
        cf.published_alternation(s, r.known, adversary="luck")


def test_without_offsets_there_is_nothing_to_alternate():
    s, r = drawn(1, offset_range_hz=0.0)
    d = cf.published_alternation(s, r.known, starts=1, alternations=1, adversary="oracle", steps=QUICK["steps"])
    np.testing.assert_allclose(d.trace[..., 0], d.trace[..., 1], rtol=1e-9)
