"""Metasurface NOMA: options of antenna, propagation and uncertainty, against other models and known limits."""

import numpy as np
import pytest
from dma_cases import drawn, g1, ring

from beamwright import dma_noma as dn
from beamwright.systems.dma_noma.physics import checked, model
from beamwright.uncertainty import verification_positions

QUICK = {"rounds": 1, "steps": 8}


def finite(design):
    """Everything but the bound and the gap, which are infinite where nothing can meet the demands."""
    return all(np.isfinite(a).all() for n, a in design.to_arrays().items() if not n.endswith(("trace", "bound")))


def dense_rates(s, known, design, **settings):
    """Least rates over the dense positions alone, by the plain model."""
    points = verification_positions(known.positions_m, s.position_error_m, known.numbers, **settings)
    return model.rates(design, *model.worst_ratios(dn.channels(s, points), model.transmissions(s, known, design)))


# ------------------------------------------------------------------------------------------------------ element pattern


def test_elements_with_a_pattern_one_by_one():
    s = dn.Scenario(rows=2, columns=3, element_pattern="cosine", pattern_exponent=1.5)
    users = np.array([[0.1, 0.05, -0.02], [3.0, -4.0, 1.0], [0.0, 1.0, 0.0], [-1.0, 0.2, 0.0]])
    plain = dn.channels(s.model_copy(update={"element_pattern": "isotropic"}), users)
    expected = plain.copy()
    for u, user in enumerate(users):
        for n, element in enumerate(dn.element_positions(s)):
            expected[u, n] *= np.sqrt(5 * max(0.0, user[0] / np.linalg.norm(user - element)) ** 1.5)
    np.testing.assert_allclose(dn.channels(s, users), expected, rtol=1e-12)
    assert np.all(dn.channels(s, users)[2:] == 0)
    far = 1e6 * np.array([[np.cos(1.0), np.sin(1.0), 0]])
    np.testing.assert_allclose(np.abs(dn.channels(s, far, planar=True)), np.abs(dn.channels(s, far)), rtol=1e-5)


def test_a_pattern_of_exponent_zero_is_three_decibels_in_front():
    s, r = drawn(2, columns=8, groups=1)
    louder = s.model_copy(update={"reference_gain_db": s.reference_gain_db + 10 * np.log10(2)})
    half = s.model_copy(update={"element_pattern": "cosine", "pattern_exponent": 0.0})
    one, other = (dn.maximise_guaranteed_rate(case, r.known, **QUICK) for case in (louder, half))
    np.testing.assert_allclose(one.guaranteed_sum_rate, other.guaranteed_sum_rate, rtol=1e-6)
    np.testing.assert_allclose(one.certificate.verified_sum_rate, other.certificate.verified_sum_rate, rtol=1e-6)
    np.testing.assert_allclose(one.certificate.bound, other.certificate.bound, rtol=1e-12)


def test_the_adversary_knows_the_pattern():
    """Where a pattern of high exponent decides, it finds what the plain model says."""
    s = dn.Scenario(columns=4, groups=1, position_error_m=0.2, element_pattern="cosine", pattern_exponent=8.0)
    known = checked(s, dn.Known(ring(1.0, 60), ring(2.0, 62)))
    d = dn.focusing(s, known)
    least = dense_rates(s, known, d, seed=3)
    assert np.all(d.certificate.verified_near_rates <= least[0] + 1e-9)
    assert np.all(d.certificate.verified_far_rates <= least[1] + 1e-9)
    np.testing.assert_allclose(d.certificate.verified_near_rates, least[0], rtol=0.05)


@pytest.mark.parametrize("rate", [0.0, 1.0])
def test_behind_the_panel_there_is_nothing(rate):
    s, known = g1(columns=8, element_pattern="cosine", rate_near=rate, rate_far=rate)
    near = known.near_positions_m * np.array([[-1.0, 1, 1], [1, 1, 1]])
    behind = dn.Known(near, known.far_positions_m)
    for name in ("robust", "non-robust", "planar-wave", "zero-forcing", "focusing", "tdma", "fully-digital"):
        method = dn.METHODS[name]
        d = method(s, behind, **(QUICK if "rounds" in method.options.model_fields else {}))
        assert finite(d), name
        assert d.status_text == ["qos_infeasible" if rate else "feasible"], name
        assert d.certificate.verified_near_rates[0, 0] == 0 and np.all(d.certificate.verified_near_rates[0, 1] > 0)
        assert np.all(d.guaranteed_weighted_rate <= d.certificate.bound)
        assert np.isinf(d.certificate.bound[0]) == bool(rate)


def test_closed_form_errors_are_those_of_isotropic_elements():
    s, known = g1(element_pattern="cosine")
    for ask in (dn.csi_ball, lambda s, known: dn.printed_error_bound(s, known.near_positions_m)):
        with pytest.raises(ValueError, match="element_pattern must be isotropic for closed-form error bounds"):
            ask(s, known)


# ---------------------------------------------------------------------------------------------------------- waveguides


def test_guides_of_the_scenario():
    s = dn.Scenario(rows=2, columns=4, feeding="waveguides", waveguide_index=1.2, waveguide_attenuation_per_m=5.0)
    step = np.exp(-(5 + 2j * np.pi / s.wavelength_m * 1.2) * s.wavelength_m / 2)
    np.testing.assert_allclose(dn.feed_matrix(s)[4:, 1], 0.5 * step ** np.arange(1, 5), rtol=1e-12)
    edge = s.model_copy(update={"feeding": "edge"})
    lossless = edge.model_copy(update={"waveguide_attenuation_per_m": 0.0})
    assert 0 < np.linalg.norm(dn.feed_matrix(edge), 2) < np.linalg.norm(dn.feed_matrix(lossless), 2)
    digital = s.model_copy(update={"feeding": "digital"})
    np.testing.assert_array_equal(dn.feed_matrix(digital), np.eye(8))


@pytest.mark.parametrize("feeding", ["edge", "waveguides"])
def test_attenuation_costs_rate_and_all_of_it_costs_all(feeding):
    s, known = g1(rows=4, columns=4, feeding=feeding, position_error_m=0.01)
    rates = []
    for attenuation in (0.0, 30.0, 1e6):
        lossy = s.model_copy(update={"waveguide_attenuation_per_m": attenuation})
        d = dn.maximise_guaranteed_rate(lossy, known, **QUICK)
        assert finite(d) and np.all(d.guaranteed_weighted_rate <= d.certificate.bound)
        rates.append(d.guaranteed_weighted_rate[0])
    assert rates[0] > rates[1] + 0.2 > 3 and rates[2] == 0 and d.status_text == ["qos_infeasible"]
