"""The search of cell-free designs: what contains what, and what nothing may depend on (spec cellfree, section 6)."""

from dataclasses import replace

import jax
import numpy as np
import pytest
from cellfree_cases import drawn

from beamwright import cellfree as cf

SHORT = {"starts": 3, "rounds": 2, "steps": 40}
MIRROR = np.array([-1.0, 1.0])
MORE_POWER = 1e7 / 3


def with_users_in_another_order(s, known):
    order = np.arange(s.users)[::-1]
    return s, replace(known, uplink_gain=known.uplink_gain[:, order], uplink_cosine=known.uplink_cosine[:, order])


def with_paths_in_another_order(s, known):
    names = ("uplink_gain", "uplink_cosine", "direct_gain", "direct_rx_cosine", "direct_tx_cosine")
    return s, replace(known, **{name: getattr(known, name)[..., ::-1] for name in names})


def with_another_phase(s, known):
    turn = np.exp(2.4j)
    return s, replace(
        known, uplink_gain=known.uplink_gain * turn, direct_gain=known.direct_gain * turn,
        echo_gain=known.echo_gain * turn,
    )  # fmt: skip


def with_an_array_mirrored(s, known):
    return s, replace(
        known, uplink_cosine=known.uplink_cosine * MIRROR[:, None],
        direct_rx_cosine=known.direct_rx_cosine * MIRROR[:, None, None],
        direct_tx_cosine=known.direct_tx_cosine * MIRROR[:, None], target_cosine=known.target_cosine * MIRROR,
    )  # fmt: skip


def with_another_unit_of_power(s, known):
    powers = {name: getattr(s, name) * MORE_POWER for name in ("ap_power_w", "user_power_w")}
    gains = {name: getattr(known, name) / np.sqrt(MORE_POWER) for name in ("uplink_gain", "direct_gain", "echo_gain")}
    return s.model_copy(update=powers), replace(known, **gains)


@pytest.fixture(scope="module")
def design():
    s, r = drawn(3)
    return s, r.known, cf.maximise_worst_case(s, r.known, **SHORT)


@pytest.mark.parametrize("changed", [
    with_users_in_another_order, with_paths_in_another_order, with_another_phase, with_an_array_mirrored,
    with_another_unit_of_power,
])  # fmt: skip
def test_a_design_does_not_depend_on(changed, design):
    s, known, d = design
    other = cf.maximise_worst_case(*changed(s, known), **SHORT)
    np.testing.assert_allclose(other.worst_case_utility, d.worst_case_utility, rtol=1e-9)


def test_a_mirrored_array_gets_the_mirrored_design(design):
    s, known, d = design
    other = cf.maximise_worst_case(*with_an_array_mirrored(s, known), **SHORT)
    np.testing.assert_array_equal(other.tx_positions[:, 0], -d.tx_positions[:, 0, ::-1])
    np.testing.assert_array_equal(other.beams[:, 0], d.beams[:, 0, ::-1])
    np.testing.assert_array_equal(other.beams[:, 1], d.beams[:, 1])


@pytest.mark.parametrize("settings", [{}, {"target_range_m": 250.0}, {"inter_ap_extra_db": 20.0}, {"ap_power_w": 1e-3},
                                      {"offset_range_hz": 0.0}])  # fmt: skip
def test_a_relaxation_is_never_worse_than_its_restriction(settings):
    """Moving antennas contain fixed ones, both contain silence; without offsets robust designs are the others."""
    s, r = drawn(3, **settings)
    moving, fixed, poor = (f(s, r.known, **SHORT) for f in (cf.maximise_worst_case, cf.fixed_array, cf.non_robust))
    silence = cf.silence(s, r.known).worst_case_utility
    near = 1e-6 * np.abs(fixed.worst_case_utility)
    assert np.all(fixed.worst_case_utility >= silence - near)
    assert np.all(moving.worst_case_utility >= fixed.worst_case_utility - near)
    assert np.all(moving.worst_case_utility >= poor.worst_case_utility - near)
    if s.offset_range_hz == 0:
        np.testing.assert_array_equal(moving.beams, poor.beams)


def test_a_search_is_never_worse_than_the_design_it_begins_with(design):
    s, known, _ = design
    best = cf.maximise_worst_case(s, known, starts=6, rounds=3, steps=100)
    again = cf.maximise_worst_case(s, known, starts=1, rounds=1, steps=1, initial=best)
    np.testing.assert_array_equal(again.worst_case_utility, best.worst_case_utility)
    wider = s.model_copy(update={"half_region_wavelengths": 2 * s.half_region_wavelengths})
    grown = cf.maximise_worst_case(wider, known, **SHORT, initial=best)
    assert np.all(grown.worst_case_utility >= best.worst_case_utility - 1e-9)
    bare = cf.Design(best.tx_positions, best.rx_positions, best.beams, best.powers_w)
    assert cf.maximise_worst_case(s, known, starts=1, rounds=1, steps=1, initial=bare).status_text == ["feasible"] * 3


@pytest.mark.slow
def test_a_radar_that_is_worth_its_interference_is_not_silent():
    """A target far behind the access points: without a floor on the way, searches end in the optimum of silence."""
    s = cf.Scenario(target_range_m=200.0)
    known = cf.draw(s, jax.random.key(0), 2).known
    d = cf.maximise_worst_case(s, known, starts=6, rounds=2, steps=200)
    assert np.all(d.worst_case_utility > d.certificate.silence_utility + 4.5)
    assert np.all(np.diff(d.trace, axis=1) >= 0)


def test_baselines_that_ignore_offsets_use_all_rounds_and_choose_by_what_they_know():
    s, r = drawn(3)
    one, two = (cf.non_robust(s, r.known, starts=3, rounds=rounds, steps=40) for rounds in (1, 2))
    assert np.all(two.iterations != one.iterations)
    best = two.trace[:, -1]
    np.testing.assert_allclose(best, two.certificate.nominal_utility, rtol=1e-6)
    assert np.all(best > two.worst_case_utility)


@pytest.mark.slow
@pytest.mark.parametrize("settings", [
    {}, {"target_range_m": 200.0}, {"target_range_m": 300.0}, {"inter_ap_extra_db": 10.0}, {"inter_ap_extra_db": 20.0},
    {"ap_power_w": 0.01}, {"offset_range_hz": 4000.0}, {"tx_antennas": 4, "half_region_wavelengths": 1.0},
    {"tx_antennas": 4, "half_region_wavelengths": 4.0}, {"users": 2, "sensing_weight": 0.5},
])  # fmt: skip
def test_order_of_designs_on_many_drops(settings):
    """Moving over fixed over silence, robust over not, free over a required radar SINR; 64 drops of ten settings."""
    s = cf.Scenario(**settings)
    known = cf.draw(s, jax.random.key(0), 64).known
    moving, fixed, poor = (f(s, known) for f in (cf.maximise_worst_case, cf.fixed_array, cf.non_robust))
    seeing = cf.maximise_worst_case(s, known, radar_sinr_db=15.0)
    met = seeing.status_text == np.array(["feasible"] * 64)
    gained = (seeing.worst_case_utility - moving.worst_case_utility)[met]
    assert np.all(moving.worst_case_utility >= fixed.worst_case_utility - 0.01)
    assert np.all(fixed.worst_case_utility >= fixed.certificate.silence_utility - 0.01)
    assert np.all(moving.worst_case_utility >= poor.worst_case_utility - 0.01)
    assert gained.mean() <= 0


def test_every_access_point_keeps_its_own_power_limit():
    """A limit per access point is the same problem as one watt for all and gains that are larger by its root."""
    s, r = drawn(2)
    limits = np.array([4.0, 0.25])
    own = s.model_copy(update={"ap_power_w": tuple(limits)})
    d = cf.maximise_worst_case(own, r.known, **SHORT)
    louder = replace(r.known, direct_gain=r.known.direct_gain * np.sqrt(limits)[:, None],
                     echo_gain=r.known.echo_gain * np.sqrt(limits))  # fmt: skip
    alike = cf.maximise_worst_case(s, louder, **SHORT)
    np.testing.assert_allclose(d.worst_case_utility, alike.worst_case_utility, rtol=1e-7)
    np.testing.assert_allclose(d.certificate.bound, alike.certificate.bound, rtol=1e-9)
    assert np.all(d.certificate.radiated_w <= limits * (1 + 1e-9))
    leaking = cf.leakage_beams(own, r.known)
    np.testing.assert_allclose(leaking.certificate.radiated_w, np.tile(limits, (2, 1)))
    lent = cf.certify(own, r.known, replace(leaking, beams=leaking.beams[:, ::-1]))
    assert np.all(lent.power_residual > 1)
    with pytest.raises(ValueError, match="ap_power_w must be one number or one per access point .2."):
        cf.Scenario.small().model_copy(update={"ap_power_w": (1.0, 1.0, 1.0)})


def test_one_power_for_all_is_the_same_for_each(design):
    s, known, d = design
    each = cf.maximise_worst_case(s.model_copy(update={"ap_power_w": (s.ap_power_w,) * s.aps}), known, **SHORT)
    np.testing.assert_array_equal(each.beams, d.beams)
