"""Cell-free radar and communication: model, oracle, designs, edges (specification cellfree, sections 3 to 6 and 11)."""

from dataclasses import fields, replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from cellfree_cases import Stacked, drawn, fixture, random_design, same_as_stacked
from scipy.optimize import minimize

from beamwright import cellfree as cf
from beamwright.core import Status
from beamwright.systems.cellfree import physics
from beamwright.systems.cellfree.audit.bound import _filled as filled
from beamwright.systems.cellfree.physics import (
    FAST,
    SLOW,
    candidates,
    filtered_signals,
    paths_of,
    point_of,
    sinrs_by_offset,
    utilities,
    worst_case,
)
from beamwright.systems.cellfree.scene import checked

QUICK = {"starts": 2, "rounds": 2, "steps": 150}


def is_sound(s, known, d):
    """Identities of every design."""
    proof = d.certificate
    assert np.all(proof.power_residual <= 1e-9) and np.all(proof.layout_residual <= 1e-9) and np.all(d.powers_w >= 0)
    assert np.all(np.isfinite(proof.worst_case_utility))
    assert np.all(proof.worst_case_utility <= proof.nominal_utility + 1e-9)
    assert np.all(proof.worst_case_utility <= proof.bound + 1e-9) and np.all(proof.searches >= 1)
    spread = np.ptp(d.worst_offsets_hz, axis=1)
    assert np.all(spread <= s.offset_range_hz * (1 + 1e-9))
    assert np.all(np.diff(d.trace, axis=1)[~np.isnan(np.diff(d.trace, axis=1))] >= -1e-9)
    assert np.all(proof.least_user_sinr <= proof.user_sinr * (1 + 1e-6))
    assert np.all(proof.least_radar_sinr <= proof.radar_sinr * (1 + 1e-6))
    there = cf.sinr(s, known, d, d.receivers, d.worst_offsets_hz)
    np.testing.assert_allclose(there.utility, proof.worst_case_utility, rtol=1e-9)
    again = cf.certify(s, known, d)
    for field in fields(cf.Certificate):
        np.testing.assert_array_equal(getattr(again, field.name), getattr(proof, field.name))


# ------------------------------------------------------------------------------------------------------------ the model


def test_the_fixture_of_the_specification():
    s, known, x, r = fixture()
    for offsets, radar, user in (((0.0, 0.0), 0.81818182, 0.38714673), ((0.0, 0.05), 0.61135762, 0.38603453)):
        found = cf.sinr(s, known, x, r, np.array(offsets))
        np.testing.assert_allclose([found.radar[0], found.users[0, 0]], [radar, user], atol=1e-8)
    best = cf.receivers(s, known, x, np.zeros((1, 2)))
    found = cf.sinr(s, known, x, best, np.zeros(2))
    np.testing.assert_allclose([found.radar[0], found.users[0, 0]], [0.82352941, 1.99180290], atol=1e-8)


@pytest.mark.parametrize("settings", [{}, {"aps": 3, "users": 1, "code_gap": 2, "paths": 3}, {"users": 0}])
def test_sinrs_are_those_of_the_stacked_signal(settings):
    s, r = drawn(2, **settings)
    x, filters = random_design(s, 2)
    same_as_stacked(s, r.known, x, filters)


def test_sinrs_are_those_of_simulated_signals():
    """Random user symbols and noise, filtered, powers measured."""
    s, r = drawn(1)
    x, filters = random_design(s, 1)
    offsets = np.array([120.0, -300.0])
    stacked, rng = Stacked(s, r.known, x, offsets), np.random.default_rng(2)
    wanted, rest = stacked.parts()

    def noise(*shape):
        return (rng.standard_normal(shape) + 1j * rng.standard_normal(shape)) / np.sqrt(2)

    count = 20000
    symbols = noise(count, s.users, s.snapshots) * np.sqrt(stacked.powers)[:, None]
    air = np.einsum("cus,uam->cams", symbols, stacked.h) + noise(count, s.aps, s.rx_antennas, s.snapshots)
    found = cf.sinr(s, r.known, x, filters, offsets)
    for u, filter in enumerate(filters.users[0].reshape(-1, s.aps, s.rx_antennas)):
        signal = np.einsum("am,am->", np.conj(filter), stacked.h[u]) * symbols[:, u]
        heard = np.einsum("am,cams->cs", np.conj(filter), air + wanted + rest)
        np.testing.assert_allclose(
            np.mean(np.abs(signal) ** 2) / np.mean(np.abs(heard - signal) ** 2), found.users[0, u], rtol=0.05
        )
    z = filters.radar[0].reshape(s.aps, -1)[:, :, None] * stacked.codes[:, None] / np.sqrt(s.snapshots)
    heard = np.einsum("ams,cams->c", np.conj(z), air + rest)
    echo = np.abs(np.sum(np.conj(z) * wanted)) ** 2
    np.testing.assert_allclose(echo / np.mean(np.abs(heard) ** 2), found.radar[0], rtol=0.05)


def test_only_differences_of_offsets_matter():
    s, r = drawn(2)
    x, filters = random_design(s, 2)
    f = np.random.default_rng(0).uniform(-500, 500, (2, s.aps))
    here, there = (cf.sinr(s, r.known, x, filters, offsets).utility for offsets in (f, f + 77.0))
    np.testing.assert_allclose(here, there, rtol=1e-9)


def test_closed_form_filters_are_the_best_for_a_single_scenario():
    s, r = drawn(2)
    x, _ = random_design(s, 2)
    f = np.random.default_rng(0).uniform(-500, 500, (1, s.aps))
    best = cf.receivers(s, r.known, x, f)
    top = cf.sinr(s, r.known, x, best, f[0])
    rng = np.random.default_rng(1)
    for size in (1e-3, 1e-1):

        def moved(a, size=size):
            return a + size * (rng.standard_normal(a.shape) + 1j * rng.standard_normal(a.shape))

        other = cf.sinr(s, r.known, x, cf.Receivers(moved(best.users), moved(best.radar)), f[0])
        assert np.all(other.users <= top.users) and np.all(other.radar <= top.radar)
    # and they attain S d^H R^-1 d
    heard = filtered_signals(s, checked(s, r.known), x, best)
    assert np.all(np.isfinite(heard.echo)) and np.all(top.radar > 0)


def test_derotation_takes_the_receiver_s_phase_from_the_users():
    """One access point hears another: with de-rotation the users' loss does not depend on who listens."""
    s, r = drawn(1, derotated=True)
    f = np.array([[0.0, 400.0]])
    waves = physics.offset_phases(s.radio, f).waves[0]
    np.testing.assert_allclose(waves[:, 0], waves[:, 1])
    plain = physics.offset_phases(s.model_copy(update={"derotated": False}).radio, f)
    np.testing.assert_allclose(plain.rho, physics.offset_phases(s.radio, f).rho)
    assert not np.allclose(plain.waves[0][:, 0], plain.waves[0][:, 1])


def test_kernels_and_the_plain_model_agree_and_differentiate():
    s, r = drawn(1)
    known = checked(s, r.known)
    x, filters = random_design(s, 1)
    point, paths = point_of(s, known, x), paths_of(known)
    f = np.random.default_rng(0).uniform(-0.5, 0.5, (5, s.aps))
    heard = filtered_signals(s, known, x, filters)
    one = physics.FilteredSignals(*(jnp.asarray(a[0]) for a in heard))
    quick = physics.utility(s.radio, sinrs_by_offset(s.radio, one, 1000.0)(jnp.asarray(f.T)))
    np.testing.assert_allclose(quick, utilities(s, heard, 1000.0 * f)[0], rtol=1e-12)
    lane = physics.Paths(*(jnp.asarray(a[0]) for a in paths))
    there = physics.received_signals(lane, physics.Point(*(jnp.asarray(a[0]) for a in point)))
    np.testing.assert_allclose(there.beams, physics.received_signals(paths, point).beams[0], rtol=1e-10)

    @jax.jit
    def value(beams, tx):
        air = physics.received_signals(lane, physics.Point(tx, jnp.asarray(point.rx[0]), beams[0] + 1j * beams[1],
                                          jnp.asarray(point.powers[0])))  # fmt: skip
        scenarios = physics.offset_scenarios(s.radio, 1000.0 * jnp.asarray(f))
        best = physics.closed_form_filters(s.radio, air, scenarios, jnp.full(5, 0.2))
        return jnp.min(physics.utility_at(s.radio, physics.apply_filters(s.radio, air, best), scenarios.phases))

    beams, tx = np.stack([point.beams[0].real, point.beams[0].imag]), point.tx[0]
    slopes = jax.jit(jax.grad(value, (0, 1)))(beams, tx)
    rng, h = np.random.default_rng(1), 1e-6
    for _ in range(3):
        db, dt = rng.standard_normal(beams.shape), rng.standard_normal(tx.shape)
        ahead, behind = (value(beams + t * db, tx + t * dt) for t in (h, -h))
        along = np.sum(slopes[0] * db) + np.sum(slopes[1] * dt)
        np.testing.assert_allclose((ahead - behind) / (2 * h), along, rtol=1e-4)


# ----------------------------------------------------------------------------------------------------------- the oracle


def scipy_oracle(s, heard, drop, starts=8):
    """The same by SciPy: look everywhere, L-BFGS-B from the worst."""
    one = physics.FilteredSignals(*(jnp.asarray(a[drop]) for a in heard))
    look = jax.jit(lambda y: physics.utility_at(s.radio, one, physics.offset_phases(s.radio, s.offset_range_hz * y)))
    slope = jax.jit(jax.value_and_grad(look))
    points = candidates(s.aps, 256)
    values = np.array([look(p) for p in points])

    def both(y):
        value, gradient = slope(y)
        return float(value), np.asarray(gradient)

    ends = [minimize(both, points[i], jac=True, method="L-BFGS-B", bounds=[(-0.5, 0.5)] * s.aps).fun
            for i in np.argsort(values)[:starts]]  # fmt: skip
    return min(values.min(), *ends)


@pytest.mark.parametrize("range_hz", [500.0, pytest.param(4000.0, marks=pytest.mark.slow)])
def test_the_oracle_is_as_good_as_scipy_and_every_relaxation_is_below_it(range_hz):
    s, r = drawn(3, aps=3, snapshots=12, offset_range_hz=range_hz)
    d = cf.leakage_beams(s, r.known)
    heard = filtered_signals(s, checked(s, r.known), d, d.receivers)
    found = cf.worst_case_offset(s, r.known, d, d.receivers)
    for drop in range(3):
        assert found.utility[drop] <= scipy_oracle(s, heard, drop) + 1e-6
    nominal = d.certificate.nominal_utility
    pairs, phasors = (
        cf.relaxed_worst_case(s, r.known, d, d.receivers, found.offsets_hz, kind) for kind in ("pairs", "phasors")
    )
    vertices = cf.worst_case_offset(s, r.known, d, d.receivers, "vertices")
    manifold = cf.worst_case_offset(s, r.known, d, d.receivers, "manifold")
    polished = cf.worst_case_offset(s, r.known, d, d.receivers, "manifold", starts=3, polish=True)
    chain = [phasors, pairs, found.utility, manifold.utility, nominal]
    for lower, upper in zip(chain, chain[1:], strict=False):
        assert np.all(lower <= upper + 1e-6)
    assert np.all(found.utility <= vertices.utility + 1e-9) and np.all(polished.utility <= manifold.utility + 1e-9)
    assert np.all(found.utility <= polished.utility + 1e-6)
    here = cf.sinr(s, r.known, d, d.receivers, manifold.offsets_hz).utility
    np.testing.assert_allclose(here, manifold.utility, rtol=1e-9)


def test_paths_of_a_simulator_are_those_of_the_model_with_the_targets_cosines_turned():
    """Every path has the phases exp(+j 2 pi (x_r c_r + x_t c_t)), receive antennas counted from the other end."""
    s, r = drawn(1)
    paths, random = paths_of(r.known), np.random.default_rng(5)
    tx, rx = random.uniform(-2, 2, (s.aps, s.tx_antennas)), random.uniform(-2, 2, (s.aps, s.rx_antennas))
    w = random.standard_normal((s.aps, s.tx_antennas, 2)) @ [1, 1j]
    point = physics.Point(tx[None], -rx[None], w[None], np.ones((1, s.users)))
    there = physics.received_signals(paths._replace(target_cosine=-paths.target_cosine), point)
    k = r.known

    def wave(x, c):
        return np.exp(2j * np.pi * x * c)

    for a in range(s.aps):
        for u in range(s.users):
            heard = sum(
                g * wave(rx[a], c) for g, c in zip(k.uplink_gain[0, u, a], k.uplink_cosine[0, u, a], strict=True)
            )
            np.testing.assert_allclose(there.uplink[0, u, a], heard, rtol=1e-9)
        for b in range(s.aps):
            link = zip(k.direct_gain[0, a, b], k.direct_rx_cosine[0, a, b], k.direct_tx_cosine[0, a, b], strict=True)
            matrix = sum(g * np.outer(wave(rx[a], c), wave(tx[b], t)) for g, c, t in link)
            echo = np.outer(wave(rx[a], k.target_cosine[0, a]), wave(tx[b], k.target_cosine[0, b]))
            matrix = matrix + k.echo_gain[0, a, b] * echo
            np.testing.assert_allclose(there.beams[0, a, b], matrix @ w[b], rtol=1e-9, atol=1e-9)


def test_the_worst_case_never_rises_with_the_range_which_compiles_nothing():
    s, r = drawn(2)
    d = cf.conjugate_beams(s, r.known)
    values = []
    for range_hz in (0.0, 50.0, 200.0, 800.0, 3000.0):
        wider = s.model_copy(update={"offset_range_hz": range_hz})
        values.append(cf.worst_case_offset(wider, r.known, d, d.receivers).utility)
    assert np.all(np.diff(values, axis=0) <= 1e-9)
    np.testing.assert_allclose(values[0], d.certificate.nominal_utility, rtol=1e-9)
    for effort in (SLOW, FAST):  # one program each, whatever the range
        assert worst_case._compiled(s.radio.shape, effort)._cache_size() == 1


def test_methods_and_options_of_the_worst_case_are_refused_by_name():
    s, r = drawn(1)
    d = cf.conjugate_beams(s, r.known)
    for arguments, words in (
        (("magic",), "method must be"), (("vertices", {"samples": 3}), "options must be none"),
        (("manifold", {"restarts": 3}), "options must be some of"),
        (("manifold", {"starts": 0}), "starts must be >= 1"),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=words):
            cf.worst_case_offset(s, r.known, d, d.receivers, arguments[0], **(arguments[1] if arguments[1:] else {}))
    with pytest.raises(ValueError, match="relaxation must be"):
        cf.relaxed_worst_case(s, r.known, d, d.receivers, d.worst_offsets_hz, "all")


# ------------------------------------------------------------------------------------------------------------- designs


@pytest.mark.slow
def test_designs_are_sound_and_stand_in_the_expected_order():
    s, r = drawn(4)
    known = r.known
    robust = cf.maximise_worst_case(s, known, **QUICK)
    fixed, poor = cf.fixed_array(s, known, **QUICK), cf.non_robust(s, known, **QUICK)
    sticks = cf.yardsticks(s, known)
    for design in (robust, fixed, poor, *sticks.values()):
        is_sound(s, known, design)
        assert design.status_text == ["feasible"] * 4
    mean = {name: d.worst_case_utility.mean() for name, d in
            {"robust": robust, "fixed": fixed, "poor": poor, **sticks}.items()}  # fmt: skip
    assert mean["robust"] > mean["fixed"] > mean["poor"] and mean["robust"] > max(mean[k] for k in sticks)
    assert np.all(sticks["silence"].certificate.radar_sinr == 0)
    np.testing.assert_allclose(robust.certificate.silence_utility, sticks["silence"].worst_case_utility, rtol=1e-9)
    np.testing.assert_allclose(sticks["silence"].certificate.nominal_utility, sticks["silence"].worst_case_utility)
    # a denser search finds nothing worse
    dense = cf.worst_case_offset(s, known, robust, robust.receivers, samples=2048, starts=16, steps=100)
    assert np.all(robust.worst_case_utility - dense.utility <= 0.05)
    card = cf.evaluate(s, r, robust)
    assert np.all(card.utility >= robust.worst_case_utility - 1e-6)


def test_a_radar_that_must_see_and_one_that_radiates_all_it_has():
    s, r = drawn(4)
    free = cf.maximise_worst_case(s, r.known, **QUICK)
    wanted_db = 24.3  # more than most of them have by themselves
    assert np.sum(free.certificate.least_radar_sinr < 10 ** (wanted_db / 10)) >= 2
    seeing = cf.maximise_worst_case(s, r.known, radar_sinr_db=wanted_db, **QUICK)
    reached = seeing.certificate.least_radar_sinr >= 10 ** (wanted_db / 10) * (1 - 1e-6)
    assert reached.sum() >= 3 and [text == "feasible" for text in seeing.status_text] == reached.tolist()
    loud = cf.maximise_worst_case(s, r.known, full_power=True, **QUICK)
    np.testing.assert_allclose(loud.certificate.radiated_w, s.ap_power_w, rtol=1e-9)
    beyond = cf.maximise_worst_case(s, r.known, radar_sinr_db=90.0, **QUICK)
    assert beyond.status_text == ["qos_infeasible"] * 4 and np.all(beyond.certificate.radar_shortfall > 0.5)
    for design in (free, seeing, loud, beyond):
        is_sound(s, r.known, design)


@pytest.mark.slow
def test_drops_do_not_depend_on_their_batch_and_runs_repeat():
    s, r = drawn(3)
    d = cf.maximise_worst_case(s, r.known, **QUICK)
    last = cf.draw(s, jax.random.key(0), 1, first=2)
    alone = cf.maximise_worst_case(s, last.known, **QUICK)
    np.testing.assert_array_equal(alone.beams[0], d.beams[2])
    np.testing.assert_array_equal(alone.worst_case_utility[0], d.worst_case_utility[2])
    again = cf.maximise_worst_case(s, r.known, **QUICK)
    np.testing.assert_array_equal(again.tx_positions, d.tx_positions)


@pytest.mark.slow
def test_the_optimiser_reaches_the_values_of_the_specification():
    s = cf.Scenario()
    r = cf.draw(s, jax.random.key(0), 10)
    moving, fixed, poor = (f(s, r.known) for f in (cf.maximise_worst_case, cf.fixed_array, cf.non_robust))
    for design in (moving, fixed, poor):
        is_sound(s, r.known, design)
    mean = [d.worst_case_utility.mean() for d in (moving, fixed, poor)]
    assert mean[0] >= 19.5 and mean[0] - mean[1] >= 1.5 and mean[0] >= 3 * mean[2]
    dense = cf.worst_case_offset(s, r.known, moving, moving.receivers, samples=2048, starts=16, steps=100)
    assert np.all(moving.worst_case_utility - dense.utility <= 0.05)
    yard = {name: d.worst_case_utility.mean() for name, d in cf.yardsticks(s, r.known).items()}
    assert 12.5 < yard["silence"] < 14 and yard["conjugate"] < yard["leakage"] < yard["silence"]


def test_convex_programs_improve_beams_monotonically():
    pytest.importorskip("cvxpy")
    s, r = drawn(2)
    d = cf.fixed_array_sca(s, r.known, rounds=4)
    is_sound(s, r.known, d)
    start = cf.leakage_beams(s, r.known).worst_case_utility
    assert np.all(d.worst_case_utility >= start - 0.05) and np.all(np.nanmax(d.trace, axis=1) > d.trace[:, 0])
    with pytest.raises(ValueError, match="metric must be 'rate'"):
        cf.fixed_array_sca(s.model_copy(update={"metric": "sinr"}), r.known)


# --------------------------------------------------------------------------------------------------------------- edges


EDGES = {
    "one access point": {"aps": 1, "code_gap": 1},
    "no range": {"offset_range_hz": 0.0},
    "one user": {"users": 1},
    "no user": {"users": 0},
    "one antenna": {"tx_antennas": 1, "rx_antennas": 1, "paths": 1},
    "sinr": {"metric": "sinr"},
    "silent by budget": {"ap_power_w": 0.0},
    "no room": {"half_region_wavelengths": 1.25},
}
COMPILED = {"one access point", "no user", "one user", "one antenna", "sinr"}
"""Ten seconds each for the compiler."""


@pytest.mark.parametrize(
    "settings", [pytest.param(v, id=k, marks=pytest.mark.slow if k in COMPILED else ()) for k, v in EDGES.items()]
)
def test_edges_end_in_sound_designs(settings):
    s, r = drawn(2, **settings)
    d = cf.maximise_worst_case(s, r.known, **QUICK)
    is_sound(s, r.known, d)
    if s.aps == 1 or s.offset_range_hz == 0:
        np.testing.assert_allclose(d.worst_case_utility, d.certificate.nominal_utility, rtol=1e-9)
    if s.ap_power_w == 0:
        assert np.all(d.certificate.radar_sinr == 0)
        offsets = np.random.default_rng(0).uniform(-500, 500, (2, s.aps))
        elsewhere = cf.sinr(s, r.known, d, d.receivers, offsets).utility
        np.testing.assert_allclose(elsewhere, d.worst_case_utility, rtol=1e-12)


def test_the_certificate_notices():
    s, r = drawn(1)
    d = cf.conjugate_beams(s, r.known)
    loud = cf.certify(s, r.known, replace(d, beams=1.1 * d.beams))
    assert loud.status[0] == Status.STALLED and loud.power_residual[0] > 0.1
    near = d.tx_positions.copy()
    near[..., 1] = near[..., 0] + 0.1
    assert cf.certify(s, r.known, replace(d, tx_positions=near)).layout_residual[0] > 0.3
    asked = cf.certify(s, r.known, replace(d, required_radar_sinr=np.array([1e9])))
    assert asked.status[0] == Status.QOS_INFEASIBLE
    with pytest.raises(ValueError, match="user_filters, radar_filter must be given"):
        cf.certify(s, r.known, cf.Design(d.tx_positions, d.rx_positions, d.beams, d.powers_w))


def test_the_certificate_takes_offsets_from_the_oracle_and_no_number(monkeypatch):
    """Utilities and SINRs are NumPy's: they agree with the compiled search, and do not change where that lies."""
    s, r = drawn(2)
    d = cf.leakage_beams(s, r.known)
    proof, filtered = d.certificate, filtered_signals(s, checked(s, r.known), d, d.receivers)
    search = physics.find_worst_offsets_of_drops
    effort = physics.dense_effort(s)
    np.testing.assert_allclose(search(s, filtered, effort).utility, proof.worst_case_utility, rtol=1e-12)
    np.testing.assert_allclose(search(s, filtered, effort).nominal, proof.nominal_utility, rtol=1e-12)
    least = proof.least_radar_sinr, *proof.least_user_sinr.T
    for figure, sinr in zip((physics.RADAR, physics.FIRST_USER, physics.FIRST_USER + 1), least, strict=True):
        np.testing.assert_allclose(search(s, filtered, effort, figure).utility, sinr, rtol=1e-12)

    def liar(*arguments, **options):
        return search(*arguments, **options)._replace(utility=np.full(2, 99.0), nominal=np.full(2, 99.0))

    monkeypatch.setattr(physics, "find_worst_offsets_of_drops", liar)
    again = cf.certify(s, r.known, d)
    for name in (
        "worst_case_utility",
        "nominal_utility",
        "least_radar_sinr",
        "least_user_sinr",
        "status",
        "radar_shortfall",
    ):
        np.testing.assert_array_equal(getattr(again, name), getattr(proof, name))


def test_bad_input_is_refused_by_name():
    for settings, words in (
        ({"half_region_wavelengths": 1.0}, "half_region_wavelengths .tx_antennas. must hold 8 antennas"),
        ({"offset_range_hz": -1.0}, "offset_range_hz must be >= 0"),
        ({"sensing_weight": 1.2}, "sensing_weight must be <= 1"),
        ({"aps": 8, "snapshots": 4}, "aps \\* code_gap must be at most snapshots"),
        ({"ap_power_w": -1.0}, "ap_power_w must be >= 0"),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=words):
            cf.Scenario(**settings)
    s, r = drawn(1)
    x, filters = random_design(s, 1)
    for change, words in (
        ({"uplink_gain": r.known.uplink_gain * np.nan}, "uplink_gain must be finite"),
        ({"direct_rx_cosine": r.known.direct_rx_cosine[..., :1]}, "direct_rx_cosine must have shape"),
        ({"target_cosine": r.known.target_cosine + 2}, "target_cosine must hold cosines"),
        ({"echo_gain": r.known.echo_gain[:, :1]}, "echo_gain must have 2 aps"),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=words):
            cf.maximise_worst_case(s, replace(r.known, **change))
    with pytest.raises(ValueError, match="powers_w must be >= 0"):
        cf.sinr(s, r.known, replace(x, powers_w=-x.powers_w), filters, np.zeros(2))
    with pytest.raises(ValueError, match="radar must have 6 filter"):
        cf.sinr(s, r.known, x, cf.Receivers(filters.users, filters.radar[:, :2]), np.zeros(2))
    with pytest.raises(ValueError, match="weights must be >= 0"):
        cf.receivers(s, r.known, x, np.zeros((2, 2)), np.array([1.0, -1.0]))
    for bad in ({"starts": 0}, {"rounds": 0}, {"steps": 0}):
        with pytest.raises(ValueError, match=f"{next(iter(bad))} must be >= 1"):
            cf.maximise_worst_case(s, r.known, **bad)


def test_water_filling_fills_the_strongest_and_never_multiplies_what_it_rejects():
    """Equal gains share the power; a user who hears nothing, or next to nothing, gets none, without any overflow."""
    with np.errstate(all="raise"):
        rates = filled(np.array([[3.0, 3.0], [1e11, 0.0], [1e11, 1e-200], [0.0, 0.0]]), 2.0)
    np.testing.assert_allclose(rates, [2 * np.log2(4), np.log2(1 + 2e11), np.log2(1 + 2e11), 0], atol=1e-12)
