"""Detection by the cell-free radar: it rises with the SINR, so designs and worst offsets are those of the SINR."""

import numpy as np
import pytest
from cellfree_cases import drawn

from beamwright import cellfree as cf
from beamwright.metrics import detection_probability, required_radar_sinr


@pytest.mark.parametrize("target", ["fluctuating", "steady"])
def test_detection_rises_with_the_sinr_and_a_demand_on_one_is_a_demand_on_the_other(target):
    sinr = np.concatenate([[0.0], np.geomspace(1e-3, 30, 400)])
    for false_alarm in (1e-8, 1e-4, 0.1):
        found = detection_probability(sinr, false_alarm, target)
        assert np.all(np.diff(found) > 0) and found[0] == pytest.approx(false_alarm, rel=1e-9)
        enough = required_radar_sinr(0.5, false_alarm, target)
        np.testing.assert_array_equal(found >= 0.5 + 1e-9, sinr > enough * (1 + 1e-7))


def test_the_least_detection_is_where_the_sinr_is_least_whatever_the_offsets():
    s, r = drawn(3)
    d, rng = cf.leakage_beams(s, r.known), np.random.default_rng(0)
    least = d.certificate.detection_probability(1e-3)
    assert least.shape == (3,) and np.all((least > 1e-3) & (least < 1))
    for _ in range(50):
        f = rng.uniform(-0.5, 0.5, (3, s.aps)) * s.offset_range_hz
        there = cf.sinr(s, r.known, d, d.receivers, f).radar
        assert np.all(detection_probability(there, 1e-3) >= least - 1e-9)
    with pytest.raises(ValueError, match="false_alarm must be"):
        d.certificate.detection_probability(0.0)


def test_of_a_radar_alone_the_utility_orders_designs_as_detection_does():
    s, r = drawn(3, sensing_weight=1.0)
    sticks = list(cf.yardsticks(s, r.known).values())
    for drop in range(3):
        worth = [d.worst_case_utility[drop] for d in sticks]
        seen = [d.certificate.detection_probability(1e-3)[drop] for d in sticks]
        np.testing.assert_array_equal(np.argsort(worth), np.argsort(seen))
