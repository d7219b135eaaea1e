"""Metasurface NOMA for other objectives: the least rate, and the rate per watt (spec dma_noma, 6, E)."""

from dataclasses import replace

import numpy as np
import pytest
from dma_cases import drawn, ring
from scipy.optimize import minimize_scalar
from test_dma_noma import is_sound

from beamwright import dma_noma as dn
from beamwright.core import Status
from beamwright.systems.dma_noma.physics import channels, checked, model

QUICK = {"rounds": 2, "steps": 60}


def one_group(**settings):
    """One group without errors."""
    s = dn.Scenario(columns=8, groups=1, position_error_m=0.0, rate_near=0.0, rate_far=0.0, **settings)
    return s, checked(s, dn.Known(ring(10, -20), ring(15, -21)))


def ratios(s, known, design):
    """a and c of a single group, from the plain model."""
    a, b = model.worst_ratios(channels(s, known.positions_m)[:, :, None], model.transmissions(s, known, design))
    return a[0, 0], max(a[0, 0], b[0, 0])


def test_one_group_shares_its_power_so_that_both_rates_are_one():
    s, known = one_group()
    d = dn.maximise_guaranteed_rate(s, known, objective="max-min")
    a, c = ratios(s, known, d)
    least = minimize_scalar(
        lambda near: -min(np.log2(1 + near / a), np.log2(1 + (s.power_w - near) / (near + c))),
        bounds=(0, s.power_w), method="bounded", options={"xatol": 1e-14},
    )  # fmt: skip
    np.testing.assert_allclose(d.certificate.near_rates[0], -least.fun, rtol=1e-6)
    np.testing.assert_allclose(d.certificate.near_rates, d.certificate.far_rates, rtol=1e-9)


def test_the_least_rate_is_larger_than_that_of_any_sum_or_recipe():
    s, r = drawn(3, columns=8, position_error_m=0.02)
    fair = dn.maximise_guaranteed_rate(s, r.known, objective="max-min", **QUICK)
    is_sound(s, r.known, fair)

    def least(design):
        return np.minimum(design.certificate.near_rates, design.certificate.far_rates).min(axis=-1)

    every = np.concatenate([fair.certificate.near_rates, fair.certificate.far_rates], axis=-1)
    assert np.all(np.ptp(every, axis=-1) < 0.1)
    summed = dn.maximise_guaranteed_rate(s, r.known, **QUICK)
    assert np.all(summed.guaranteed_weighted_rate > fair.guaranteed_weighted_rate)
    for other in (summed, dn.zero_forcing(s, r.known), dn.focusing(s, r.known)):
        assert np.all(least(fair) > least(other))


@pytest.mark.parametrize("weight", [0.5, 0.3, (1.0, 3.0)])
def test_one_group_spends_what_a_watt_is_worth(weight):
    """Powers of the same beams, by a search along the total power with the best split of each."""
    s, known = one_group(weight=weight, power_dbm=40.0)
    near, far = s.weights
    d = dn.maximise_guaranteed_rate(s, known, objective="energy-efficiency")
    a, c = ratios(s, known, d)

    def efficiency(total):
        powers = dn.allocate_power([a], [c], total, near, 0.0, 0.0).x[0, 0]
        rate = near * np.log2(1 + powers[0] / a) + far * np.log2(1 + powers[1] / (powers[0] + c))
        return rate / s.consumption_w(total, s.chains)

    best = minimize_scalar(lambda x: -efficiency(np.exp(x)), bounds=(-20, np.log(s.power_w)), method="bounded",
                           options={"xatol": 1e-9})  # fmt: skip
    assert 1e-3 < d.powers_w.sum() / s.power_w < 0.5 and d.status_text == ["feasible"]
    np.testing.assert_allclose(d.certificate.verified_energy_efficiency, -best.fun, rtol=1e-8)


def test_efficiency_is_between_the_largest_rate_and_the_least_power():
    s, r = drawn(2, columns=8, position_error_m=0.02, power_dbm=40.0)
    frugal, loud = (dn.maximise_guaranteed_rate(s, r.known, objective=objective, **QUICK)
                    for objective in ("energy-efficiency", "weighted-sum"))  # fmt: skip
    is_sound(s, r.known, frugal)
    assert np.all(frugal.powers_w.sum(axis=(1, 2)) < 0.9 * s.power_w) and np.all(frugal.status == Status.FEASIBLE)
    for other in (loud, dn.zero_forcing(s, r.known), dn.focusing(s, r.known)):
        efficiency = other.certificate.verified_energy_efficiency
        assert np.all(frugal.certificate.verified_energy_efficiency > efficiency)
    assert np.all(frugal.guaranteed_weighted_rate < loud.guaranteed_weighted_rate)


def test_where_circuits_draw_all_the_largest_rate_is_the_most_efficient():
    s, r = drawn(1, columns=8, circuit_power_w=1e20)
    one, other = (dn.maximise_guaranteed_rate(s, r.known, objective=objective, **QUICK)
                  for objective in ("energy-efficiency", "weighted-sum"))  # fmt: skip
    np.testing.assert_allclose(one.powers_w.sum(), s.power_w, rtol=1e-9)
    np.testing.assert_allclose(one.guaranteed_weighted_rate, other.guaranteed_weighted_rate, rtol=1e-9)


def test_less_than_the_power_is_a_design_and_more_is_none():
    s, r = drawn(1, columns=8, groups=1)
    d, s = dn.focusing(s, r.known), s.derived(rate_far=0.0)
    half, twice = (dn.certify(s, r.known, replace(d, powers_w=share * d.powers_w)) for share in (0.5, 2.0))
    assert half.power_residual == 0 and half.status_text == ["feasible"]
    np.testing.assert_allclose(twice.power_residual, 1.0)
    assert twice.status_text == ["stalled"]
    halved = half.verified_weighted_rate / (0.5 * s.power_w / 0.3 + 1 + 0.2 * s.chains)
    np.testing.assert_allclose(half.verified_energy_efficiency, halved)
