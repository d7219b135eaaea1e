"""Metasurface NOMA: errors, noise, weights, rates and channels of every user, and scattering that is drawn."""

from dataclasses import replace
from functools import partial

import jax
import numpy as np
import pytest
from dma_cases import APART, drawn, g1, ring

from beamwright import dma_noma as dn
from beamwright.systems.dma_noma.physics import checked, model, user_channels
from beamwright.systems.dma_noma.scenario import PER_GROUP, PER_USER
from beamwright.uncertainty import verification_positions

QUICK = {"rounds": 1, "steps": 8}


def by_hand(s, known, design, positions, scattered=None):
    """Rates of a NOMA design at one position per user, user by user from the fields; without scattered parts: worst."""
    vectors = model.transmissions(s, checked(s, known), design)[0].vectors
    plain = s.model_copy(update=dict.fromkeys(("rician", "noise_dbm", "position_error_m"), 1e-3) | {"weight": 0.5})
    near, far = np.empty((2, len(vectors), s.groups))
    every = {name: np.broadcast_to(getattr(s, name), 2 * s.groups) for name in ("rician", "noise_dbm")}
    tau = s.scattering_norm if isinstance(s.scattering_norm, tuple) else np.repeat([0, s.scattering_norm], s.groups)
    for drop, f in enumerate(vectors):
        ratio = np.empty(2 * s.groups)
        for user, place in enumerate(positions[drop]):
            k, group = every["rician"][user], user % s.groups
            h = np.sqrt(k / (1 + k)) * dn.channels(plain, place) / np.sqrt(1e-3 / 1.001)
            radius = tau[user] / np.sqrt(1 + k) if scattered is None else 0.0
            h = h if scattered is None else h + scattered[drop, user]
            heard, spread = np.abs(np.conj(h) @ f), radius * np.linalg.norm(f, axis=0)
            powers = design.powers_w[drop].sum(axis=-1)
            others = sum(powers[j] * (heard[j] + spread[j]) ** 2 for j in range(s.groups) if j != group)
            noise = 10 ** (every["noise_dbm"][user] / 10 - 3)
            gain = max(heard[group] - spread[group], 0.0) ** 2
            ratio[user] = (others + noise) / gain if gain else np.inf
        for i, (n, q) in enumerate(design.powers_w[drop]):
            near[drop, i] = np.log2(1 + n / ratio[i])
            far[drop, i] = np.log2(1 + q / (n + max(ratio[i], ratio[s.groups + i])))
    return near, far


def same(one, other):
    for name, array in one.to_arrays().items():
        np.testing.assert_array_equal(array, other.to_arrays()[name], err_msg=name)


# ---------------------------------------------------------------------------------------------------------- identities


@pytest.mark.parametrize(
    "method", ["robust", pytest.param("non-robust", marks=pytest.mark.slow), "tdma", "fdma", "zero-forcing"]
)
def test_values_of_all_users_alike_are_one_value_to_the_bit(method):
    usual = {"weight": 0.3, "rate_near": 0.5, "rate_far": 0.7, "scattering_norm": 5e-4, "columns": 8}
    s, r = drawn(2, **usual)
    every = {name: (getattr(s, name),) * 4 for name in PER_USER} | {name: (getattr(s, name),) * 2 for name in PER_GROUP}
    alike = s.model_copy(update=every | {"weight": (0.3, 0.3, 0.7, 0.7), "scattering_norm": (0.0, 0.0, 5e-4, 5e-4)})
    same(r, dn.draw(alike, jax.random.key(0), 2))
    options = QUICK if "rounds" in dn.METHODS[method].options.model_fields else {}
    one, other = (dn.METHODS[method](case, r.known, **options) for case in (s, alike))
    same(one, other)
    same(dn.evaluate(s, r, one), dn.evaluate(alike, r, one))


@pytest.mark.parametrize(
    ("method", "settings"),
    [
        ("non-robust", {}),
        ("tdma", {}),
        ("focusing", {}),
        ("robust", {"objective": "max-min"}),
        ("robust", {"objective": "energy-efficiency"}),
    ],
)
@pytest.mark.parametrize("together", [False, True])
def test_groups_in_another_order_with_their_values_are_the_same_to_the_bit(method, settings, together):
    """Drops are ordered differently; users who stand at one place are told apart by their values."""
    s, r = drawn(3, **APART, columns=8)
    known = replace(r.known, drop=None)
    if together:
        known = replace(known, near_positions_m=known.near_positions_m[:, :1].repeat(2, axis=1))
        known = replace(known, far_positions_m=known.far_positions_m[:, :1].repeat(2, axis=1))
    values = {name: np.reshape(getattr(s, name), (2, -1))[:, ::-1].ravel() for name in PER_USER}
    turned = s.model_copy(update=values | {name: getattr(s, name)[::-1] for name in PER_GROUP})
    back = replace(
        known, near_positions_m=known.near_positions_m[:, ::-1], far_positions_m=known.far_positions_m[:, ::-1]
    )
    options = QUICK | settings if method != "focusing" else {}
    one, other = dn.METHODS[method](s, known, **options), dn.METHODS[method](turned, back, **options)
    rounding = {} if options else {"rtol": 1e-9, "atol": 1e-15}  # powers without a search keep their order
    tell = partial(np.testing.assert_allclose, **rounding) if rounding else np.testing.assert_array_equal
    tell(other.amplitudes, one.amplitudes)
    tell(other.beams[..., ::-1], one.beams)
    tell(other.powers_w[:, ::-1], one.powers_w)
    np.testing.assert_allclose(other.certificate.near_rates[:, ::-1], one.certificate.near_rates, rtol=1e-9)
    np.testing.assert_allclose(other.certificate.bound, one.certificate.bound, rtol=1e-12)


def test_who_stands_where_may_be_told():
    """Users numbered another way are a scenario whose values stand in another order."""
    s, r = drawn(2, **APART, columns=8)
    users = np.tile([1, 0, 3, 2], (2, 1))
    values = {name: np.array(getattr(s, name))[users[0]] for name in PER_USER}
    turned = s.model_copy(update=values | {name: getattr(s, name)[::-1] for name in PER_GROUP})
    numbered = replace(r.known, user=users)
    d = dn.maximise_guaranteed_rate(s, numbered, **QUICK)
    same(d, dn.maximise_guaranteed_rate(turned, r.known, **QUICK))
    same(d.certificate, dn.certify(turned, r.known, d))


# ------------------------------------------------------------------------------------------------------------- physics


@pytest.mark.parametrize("settings", [{}, APART, {**APART, "rician": 0.0}])
def test_rates_user_by_user(settings):
    s, r = drawn(2, **settings, columns=8)
    d = dn.maximise_guaranteed_rate(s, r.known, **QUICK)
    proof = d.certificate
    for (near, far), at in (
        (by_hand(s, r.known, d, proof.worst_positions_m), (proof.verified_near_rates, proof.verified_far_rates)),
        (by_hand(s, r.known, d, r.truth, r.scattered), dn.evaluate(s, r, d).to_arrays()),
        (by_hand(s, r.known, d, r.truth), dn.evaluate(s, replace(r, scattered=None), d).to_arrays()),
    ):
        at = (at["near_rates"], at["far_rates"]) if isinstance(at, dict) else at
        np.testing.assert_allclose(at, (near, far), rtol=1e-9, atol=1e-12)
    missed = s.required_rates - np.concatenate([proof.near_rates, proof.far_rates], axis=1)
    np.testing.assert_allclose(proof.rate_shortfall, np.maximum(missed.max(axis=1), 0), atol=1e-12)
    expected = s.weights[:2] @ proof.near_rates.T + s.weights[2:] @ proof.far_rates.T
    np.testing.assert_allclose(proof.guaranteed_weighted_rate, expected, rtol=1e-12)
    assert np.all(d.guaranteed_weighted_rate <= proof.bound)


@pytest.mark.slow
def test_every_user_moves_within_its_own_ball():
    errors = np.array([0.3, 0.0, 0.05, 0.4])
    s, r = drawn(3, columns=16, position_error_m=errors)
    d = dn.maximise_guaranteed_rate(s, r.known, rounds=2, steps=60)
    for places in (r.truth, d.certificate.worst_positions_m):
        away = np.linalg.norm(places - r.known.positions_m, axis=-1)
        assert np.all(away <= errors + 1e-12) and np.all(away[:, 0] > 0.05) and np.all(away[:, 1] == 0)
    assert np.all(d.guaranteed_sum_rate - d.certificate.verified_sum_rate <= 0.3)
    known = checked(s, r.known)
    points = verification_positions(known.positions_m, s.error_size_m(known.positions_m, known.users), [7, 8, 9], 1)
    h, sent = user_channels(s, known, points), model.transmissions(s, known, d)
    near, far = model.rates(d, *model.worst_ratios(h, sent))
    assert np.all(d.certificate.verified_near_rates <= near + 0.02)
    assert np.all(d.certificate.verified_far_rates <= far + 0.02)
    alone = dn.maximise_guaranteed_rate(s, dn.draw(s, jax.random.key(0), 1, first=2).known, rounds=2, steps=60)
    np.testing.assert_array_equal(alone.amplitudes[0], d.amplitudes[2])


def test_a_user_with_more_noise_gets_less_and_the_others_know():
    s, known = g1(columns=8)
    loud = s.model_copy(update={"noise_dbm": (-80.0, -60.0, -80.0, -80.0)})
    one, other = (dn.maximise_guaranteed_rate(case, known, rounds=2, steps=60) for case in (s, loud))
    assert other.status_text == ["feasible"]
    assert other.certificate.near_rates[0, 1] < one.certificate.near_rates[0, 1] - 2
    assert other.guaranteed_weighted_rate > dn.certify(loud, known, one).guaranteed_weighted_rate - 1e-6


def test_rates_are_required_and_weights_count_group_by_group():
    s, known = g1(columns=8)
    demanding = s.model_copy(update={"rate_near": (1.0, 9.0), "rate_far": (4.0, 0.0)})
    proof = dn.maximise_guaranteed_rate(demanding, known, rounds=2, steps=60).certificate
    assert proof.status_text == ["feasible"] and np.all(proof.verified_near_rates >= np.array([1.0, 9.0]) - 1e-6)
    assert proof.verified_far_rates[0, 0] >= 4 - 1e-6 > 3 > proof.verified_far_rates[0, 1]
    dear = s.model_copy(update={"weight": (1.0, 1.0, 1.0, 20.0)})
    rates = [
        dn.maximise_guaranteed_rate(case, known, rounds=2, steps=60).certificate.far_rates[0, 1] for case in (s, dear)
    ]
    assert rates[1] > rates[0] + 3
    np.testing.assert_allclose(
        dear.model_copy(update={"weight": (2.0, 2.0, 2.0, 40.0)}).weights, dear.weights, rtol=1e-15
    )


# ---------------------------------------------------------------------------------------------------------- scattering


def test_scattered_parts_have_the_norm_of_their_users_and_any_direction():
    s, r = drawn(400, columns=4, scattering_norm=(0.0, 1e-3, 2e-3, 1e-4), rician=(1.0, 3.0, 0.0, 8.0))
    norms = np.linalg.norm(r.scattered, axis=-1)
    np.testing.assert_allclose(norms, np.tile([0.0, 5e-4, 2e-3, 1e-4 / 3], (400, 1)), rtol=1e-12)
    unit = r.scattered[:, 1:] / norms[:, 1:, None]
    assert np.abs(unit.mean(axis=0)).max() < 0.1  # 0.025 is the deviation
    second = np.einsum("dun,dum->unm", unit, np.conj(unit)) / len(unit)
    np.testing.assert_allclose(second, np.tile(np.eye(4) / 4, (3, 1, 1)), atol=0.06)
    late = dn.draw(s, jax.random.key(0), 1, first=7)
    np.testing.assert_array_equal(late.scattered[0], r.scattered[7])
    assert np.all(drawn(1)[1].scattered[:, :2] == 0)  # one number is far users'


def test_designs_hold_for_what_is_scattered_at_near_users_too():
    s, r = drawn(4, columns=8, scattering_norm=(2e-3,) * 4)
    d = dn.maximise_guaranteed_rate(s, r.known, rounds=2, steps=60)
    worst = dn.evaluate(s, replace(r, scattered=None), d)
    rng = np.random.default_rng(0)
    for scattered in (r.scattered, *(r.scattered * np.exp(2j * np.pi * rng.uniform(size=(20, 4, 4, 1))))):
        card = dn.evaluate(s, replace(r, scattered=scattered), d)
        assert np.all(card.near_rates >= worst.near_rates - 1e-9) and np.all(card.far_rates >= worst.far_rates - 1e-9)
        assert np.all(card.sum_rate >= d.certificate.verified_sum_rate - 0.02)
    naive = dn.maximise_guaranteed_rate(s.model_copy(update={"scattering_norm": 0.0}), r.known, rounds=2, steps=60)
    assert np.all(dn.certify(s, r.known, naive).near_rates.sum(axis=-1) < d.certificate.near_rates.sum(axis=-1))


def test_channels_ask_who_stands_there_where_it_matters():
    s = dn.Scenario(rician=(20.0, 3.0, 0.5, 1e3))
    points = ring(10, -20, 15)[0]
    with pytest.raises(ValueError, match="user must be given where Rician factors differ, got nothing. Who stands"):
        dn.channels(s, points)
    plain = dn.channels(s.model_copy(update={"rician": 1e30}), points)
    expected = plain * np.sqrt([[0.75], [1 / 3]])
    np.testing.assert_allclose(dn.channels(s, points, user=[1, 2]), expected, rtol=1e-12)
    with pytest.raises(ValueError, match=r"user must be numbers of users, 0 to 3, got \[1, 4\]"):
        dn.channels(s, points, user=[1, 4])


# --------------------------------------------------------------------------------------------------------------- edges


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (
            {"noise_dbm": (-80.0, -70.0)},
            r"noise_dbm must be one number or one per user \(4, near users first\), got 2 num",
        ),
        ({"rate_far": (1.0, 1.0, 1.0)}, r"rate_far must be one number or one per group \(2\), got 3 numbers"),
        ({"weight": (0.5, 0.5)}, r"weight must be one number or one per user \(4, near users first\), got 2 numbers"),
        ({"weight": 1.0}, "weight must be < 1 where far users have the rest, got 1.0. Or give one per user."),
        ({"weight": (1.0, 0.0, 1.0, 1.0)}, "weight must be > 0"),
        ({"rician": (1.0, -1.0, 1.0, 1.0)}, "rician must be >= 0"),
        ({"scattering_norm": [[1.0]]}, "scattering_norm must be a number or one number per user"),
        ({"groups": 3, "position_error_m": (0.1,) * 4}, r"position_error_m must be one number or one per user \(6"),
    ],
)
def test_refused_by_name(values, words):
    with pytest.raises(ValueError, match=words):
        dn.Scenario(**values)


def test_one_user_whose_ball_reaches_the_antenna_is_refused():
    near, far = ring(10, -20, 15), ring(15, -21, 16.5)
    far[0, 1] *= 0.1
    s = dn.Scenario(position_error_m=(9.0, 0.0, 14.0, 1.0))
    dn.focusing(s, dn.Known(near, far))
    close = s.model_copy(update={"position_error_m": (9.0, 0.0, 14.0, 2.0)})
    with pytest.raises(ValueError, match=r"far_positions_m must be farther .* 0.0387 m \+ 2 m, got 1.5 m"):
        dn.focusing(close, dn.Known(near, far))
    with pytest.raises(ValueError, match=r"far_range_m must be farther .* 0.0387 m \+ 15 m, got 15 m"):
        dn.draw(dn.Scenario(position_error_m=(0.1, 0.1, 0.1, 15.0)), jax.random.key(0), 1)
    for user, words in (
        ([[0, 1, 2]], "user must have shape"),
        ([[0, 1, 2, 4]], "user must be numbers of users, 0 to 3"),
    ):
        with pytest.raises(ValueError, match=words):
            dn.focusing(s, dn.Known(near, far, user=np.array(user)))
    r = dn.draw(dn.Scenario(columns=4), jax.random.key(0), 1)
    with pytest.raises(ValueError, match="scattered must have 4 users"):
        dn.evaluate(
            dn.Scenario(columns=4),
            replace(r, scattered=r.scattered[:, :2]),
            dn.focusing(dn.Scenario(columns=4), r.known),
        )
