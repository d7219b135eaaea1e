"""NOMA-ISAC physics: against the formulas of the specification written out in loops, and invariances."""

import jax
import numpy as np
import pytest

from beamwright.systems.noma_isac import Oma, Scenario, draw
from beamwright.systems.noma_isac.physics import model

S = Scenario(noise_power_w=(0.01, 0.03, 0.02))


def complex_normal(seed, *shape):
    z = np.random.default_rng(seed).standard_normal((*shape, 2))
    return (z[..., 0] + 1j * z[..., 1]) / np.sqrt(2)


def outer(w):
    return w[..., :, None] * np.conj(w[..., None, :])


H, W, D = complex_normal(1, 4, 3, 8), complex_normal(2, 4, 3, 8), 0.1 * complex_normal(3, 4, 3, 8)
ORDER = model.decoding_order(H)


def sinr_in_loops(decoding, error):
    table = np.full((4, 3, 3), np.nan)
    for d in range(4):
        users = sorted(range(3), key=lambda l: np.linalg.norm(H[d, l]))
        for at, k in enumerate(users):
            for l in users[at:] if decoding == "chain" else [k]:
                true = H[d, l] + error[d, l]
                below = S.noise_vector_w[l]
                below += sum(abs(np.vdot(error[d, l], W[d, i])) ** 2 for i in users[:at])
                below += sum(abs(np.vdot(true, W[d, i])) ** 2 for i in users[at + 1 :])
                table[d, l, k] = abs(np.vdot(true, W[d, k])) ** 2 / below
    return table


@pytest.mark.parametrize("decoding", ["chain", "own"])
@pytest.mark.parametrize("streams", [W, outer(W)], ids=["beams", "covariances"])
def test_sinr_is_the_formula(decoding, streams):
    s = S.model_copy(update={"decoding": decoding})
    with_error = model.sinr(s, H, streams, ORDER, D)
    assert np.allclose(with_error, sinr_in_loops(decoding, D), rtol=1e-12, equal_nan=True)
    assert np.allclose(model.sinr(s, H, streams, ORDER), sinr_in_loops(decoding, 0 * D), rtol=1e-12, equal_nan=True)


def test_many_errors_at_once_equal_one_after_another():
    errors = np.stack([D, -2j * D])
    together = model.sinr(S, H, W, ORDER, errors)
    assert np.array_equal(together[1], model.sinr(S, H, W, ORDER, -2j * D), equal_nan=True)


def test_chain_lets_stronger_users_decode_everything_before_them():
    mask = model.decoding_mask(S, ORDER)
    for d in range(4):
        weakest, middle, strongest = ORDER[d]
        assert mask[d, strongest].all() and mask[d, :, weakest].all()
        assert mask[d, middle, middle] and not mask[d, middle, strongest]
    assert np.array_equal(model.positions(ORDER)[np.arange(4)[:, None], ORDER], np.tile([0, 1, 2], (4, 1)))


def test_equal_norms_keep_the_input_order():
    assert np.array_equal(model.decoding_order(np.ones((1, 3, 8), complex)), [[0, 1, 2]])


def test_relabelling_users_relabels_the_sinr_table():
    swap = np.array([2, 0, 1])
    s = S.model_copy(update={"noise_power_w": tuple(S.noise_vector_w[swap])})
    relabelled = model.sinr(s, H[:, swap], W[:, swap], model.decoding_order(H[:, swap]), D[:, swap])
    assert np.allclose(relabelled, model.sinr(S, H, W, ORDER, D)[:, swap][:, :, swap], equal_nan=True)


def test_oma_slots_have_neither_interference_nor_residual():
    average = model.sinr(S, H, W, ORDER, D, Oma.AVERAGE)
    slot = model.sinr(S, H, np.sqrt(3) * W, ORDER, D, Oma.SLOT)
    snr = np.abs(np.sum(np.conj(H + D) * W, axis=-1)) ** 2 * 3 / S.noise_vector_w
    assert np.allclose(np.diagonal(average, axis1=1, axis2=2), snr) and np.allclose(average, slot, equal_nan=True)
    assert np.isnan(average[:, ~np.eye(3, dtype=bool)]).all()


def test_target_responses_powers_and_correlation():
    s = Scenario(target_angles_deg=(-50.0, 10.0, 40.0))
    response = model.target_response_w(s.steering, W)
    assert np.allclose(response, model.target_response_w(s.steering, outer(W)))
    total, pairs = outer(W).sum(axis=1), [(0, 1), (0, 2), (1, 2)]
    for d in range(4):
        cross = [np.vdot(s.steering[p], total[d] @ s.steering[m]) for p, m in pairs]
        assert np.allclose([response[d, 0, p, m] for p, m in pairs], cross)
        assert np.isclose(model.cross_correlation_w2(response)[d, 0], np.mean(np.abs(cross) ** 2))
        powers = [np.vdot(a, total[d] @ a).real for a in s.steering]
        assert np.allclose(model.target_power_w(response)[d, 0], powers)


def test_objective_is_the_trace_with_the_cost_matrix():
    s = Scenario(comm_weight=0.7, sensing_weight=0.4)
    cost = 0.7 * np.eye(8) + 0.4 * s.steering.T @ np.conj(s.steering)
    expected = np.einsum("ab,dkba->d", cost, outer(W)).real
    for streams in (W, outer(W)):
        assert np.allclose(model.objective_w(s, streams), expected)
        assert np.allclose(model.objective_w(s, streams, Oma.SLOT), expected / 3)
    assert np.allclose(model.objective_w(s, 2 * W), 4 * expected)


def test_without_targets_the_objective_is_the_radiated_power():
    s = Scenario(target_angles_deg=())
    assert np.allclose(model.objective_w(s, W), model.radiated_power_w(W))
    assert np.array_equal(model.cross_correlation_w2(model.target_response_w(s.steering, W)), np.zeros((4, 1)))


def test_power_order_margin_is_the_worst_pair_of_neighbours():
    margin = model.sic_margin(H, W, ORDER)
    gains = np.abs(np.einsum("dln,dkn->dlk", np.conj(H), W)) ** 2
    for d in range(4):
        pairs = [
            (gains[d, l, a], gains[d, l, b]) for l in range(3) for a, b in zip(ORDER[d], ORDER[d][1:], strict=False)
        ]
        assert np.isclose(margin[d], min((a - b) / max(a, b) for a, b in pairs))
    falling = W[:, :1] * np.array([3.0, 2.0, 1.0])[np.argsort(ORDER)][..., None]
    assert np.all(model.sic_margin(H, falling, ORDER) > 0)


def test_a_target_stands_where_a_users_plane_wave_comes_from():
    """A simulator's h^T w response from +25 degrees, conjugated to h^H w, is what steering_sign=-1 takes for +25."""
    turned = Scenario(antennas=5, users=1, target_angles_deg=(25.0, -70.0), steering_sign=-1)
    response = np.exp(1j * np.pi * np.arange(5) * np.sin(np.deg2rad([[25.0], [-70.0]])))
    assert np.allclose(turned.steering, np.conj(response), rtol=1e-12)
    assert np.allclose(turned.model_copy(update={"steering_sign": 1}).steering, response, rtol=1e-12)
    with pytest.raises(ValueError, match="steering_sign"):
        Scenario(steering_sign=0)


@pytest.mark.parametrize("antennas", [4, 8, 32])
def test_span_basis_is_orthonormal_and_holds_channels_and_steering_vectors(antennas):
    s = Scenario(antennas=antennas)
    h, a = complex_normal(4, 2, 3, antennas), np.broadcast_to(s.steering, (2, 2, antennas))
    basis = model.span_basis(h, a)
    assert basis.shape == (2, antennas, min(antennas, 5))
    assert np.allclose(np.conj(np.swapaxes(basis, 1, 2)) @ basis, np.eye(basis.shape[-1]))
    for vectors in (h, a):
        assert np.allclose(vectors @ np.conj(basis) @ np.swapaxes(basis, 1, 2), vectors)


def test_a_realisation_is_reproducible_and_its_truth_lies_in_the_ball():
    key = jax.random.key(0)
    realisation = draw(S, key, 6, csi_error=(0.1, 0.0, 0.2))
    distance = np.linalg.norm(realisation.truth - realisation.known, axis=-1)
    assert np.all(distance <= np.array([0.1, 0.0, 0.2]) * (1 + 1e-12)) and distance[:, 2].max() > 0.15
    later = draw(S, key, 6, first=2, csi_error=(0.1, 0.0, 0.2))
    assert np.array_equal(later.truth[:4], realisation.truth[2:])


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"users": 9}, "users must be at most antennas (8), got 9"),
        ({"users": 0}, "users must be >= 1"),
        ({"noise_power_w": -1.0}, "noise_power_w must be >= 1e-30"),
        ({"noise_power_w": (0.1, 0.2)}, "noise_power_w must be one number or one per user (3)"),
        ({"noise_power_w": "loud"}, "noise_power_w must be a number"),
        ({"target_angles_deg": (95.0,)}, "target_angles_deg must be <= 90"),
        ({"antennas": 3, "target_angles_deg": (0.0, 1.0, 2.0, 3.0)}, "target_angles_deg must name at most antennas"),
        ({"comm_weight": 0.0}, "comm_weight must be >= 1e-12"),
        ({"sensing_power_w": float("nan")}, "sensing_power_w"),
        ({"decoding": "psychic"}, "decoding"),
        ({"antenas": 8}, "antenas is not a parameter of Scenario"),
    ],
)
def test_bad_scenarios_are_refused_by_name(values, message):
    with pytest.raises(ValueError) as error:
        Scenario(**values)
    assert str(error.value).startswith(message)


def test_a_scenario_survives_yaml(tmp_path):
    s = Scenario(noise_power_w=(0.1, 0.2, 0.3), target_angles_deg=(), decoding="own")
    s.to_yaml(tmp_path / "s.yaml")
    assert Scenario.from_yaml(tmp_path / "s.yaml") == s
    assert Scenario.from_yaml(tmp_path / "s.yaml", decoding="chain").decoding == "chain"
    assert Scenario.paper() == Scenario() and Scenario.small().users <= Scenario.small().antennas
