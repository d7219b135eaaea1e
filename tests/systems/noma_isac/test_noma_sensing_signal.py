"""A dedicated sensing signal: against CVXPY, never dearer, in the SINR, the worst case, the bound and the audit."""

from dataclasses import replace

import numpy as np
import pytest
from noma_cases import ACCEPTED, channels

from beamwright import noma_isac as ni
from beamwright.systems.noma_isac.physics import dual_bound, model
from beamwright.systems.noma_isac.physics.combination import combine

FREE = ni.Scenario.small()
H = channels(range(4), 2, 4)
CASES = {
    "known": (FREE.derived(decoding="noise", sensing_signal="known"), 8.0, 0.0),
    "heard": (FREE.derived(sensing_signal="noise"), 8.0, 0.1),
    "known, robust": (FREE.derived(decoding="noise", sensing_signal="known"), 4.0, 0.1),
}
"""Scenario, target in dB, radius of the error."""
LONG = [pytest.param(case, marks=pytest.mark.slow) if case == "known, robust" else case for case in CASES]


@pytest.fixture(scope="module")
def solved():
    found = {}

    def of(case):
        if case not in found:
            s, sinr_db, eps = CASES[case]
            found[case] = ni.minimise_power(s, H, sinr_db, eps)
        return found[case]

    return of


def drawn(rng, *shape):
    return rng.standard_normal(shape) + 1j * rng.standard_normal(shape)


def positive(rng, *shape):
    factor = drawn(rng, *shape, 2)
    return factor @ np.conj(np.swapaxes(factor, -1, -2))


@pytest.mark.parametrize("case", LONG)
def test_the_optimum_is_that_of_cvxpy_and_never_above_that_without(solved, case):
    reference = pytest.importorskip("beamwright.systems.noma_isac.methods.cvxpy_relaxation")
    (s, sinr_db, eps), design = CASES[case], solved(case)
    assert set(design.status_text) <= set(ACCEPTED)
    assert np.all(design.certificate.relaxed_gap <= (1e-5 if eps else 1e-6))
    assert np.all(design.certificate.violation <= 1e-6) and np.all(design.certificate.relaxed_violation <= 1e-6)
    theirs = reference.minimise_power(s, H, 10 ** (sinr_db / 10), eps)
    np.testing.assert_allclose(design.relaxed_objective_w, theirs.objective_w, rtol=1e-5)
    proven = dual_bound(s, design.problem(H), theirs.multipliers).bound_w
    np.testing.assert_allclose(proven, design.relaxed_objective_w, rtol=1e-4)
    without = ni.minimise_power(s.derived(sensing_signal="none"), H, sinr_db, eps)
    assert np.all(design.relaxed_objective_w <= without.relaxed_objective_w * (1 + 1e-8))
    assert np.all(design.objective_w <= without.objective_w * (1 + 1e-8))
    if "known" in case:
        assert np.any(design.objective_w < without.objective_w * (1 - 1e-3)), "it should be of use somewhere"


def test_what_is_not_rank_one_goes_to_sensing_at_no_cost(solved):
    """Users decode alone, without errors: tight whatever the rank of the relaxation (Liu et al., IEEE TSP 2020)."""
    assert solved("known").status_text == ["optimal"] * 4
    assert solved("known").beams.shape[1] == 2 + solved("known").basis.shape[-1]


def test_the_order_of_users_changes_nothing_and_the_relaxation_holds_both(solved):
    s, sinr_db, _ = CASES["known"]
    turned = ni.minimise_power(s, H[:, ::-1], sinr_db)
    np.testing.assert_allclose(turned.objective_w, solved("known").objective_w, rtol=1e-8)
    np.testing.assert_allclose(turned.covariances[:, 2].trace(axis1=1, axis2=2).real > 1e-3,
                               solved("known").covariances[:, 2].trace(axis1=1, axis2=2).real > 1e-3)  # fmt: skip


def test_max_min_attains_at_least_as_much():
    s = CASES["known"][0]
    without, design = (ni.balance_sinr(x, H, 2.6) for x in (s.derived(sensing_signal="none"), s))
    assert set(design.status_text) <= set(ACCEPTED)
    assert np.all(design.balanced_sinr >= without.balanced_sinr * (1 - 1e-7))
    assert np.any(design.balanced_sinr > without.balanced_sinr * 1.01)
    assert np.all(design.balanced_sinr <= design.relaxed_sinr) and np.all(design.objective_w <= 2.6 * (1 + 1e-6))


@pytest.mark.parametrize("decoding", ["chain", "noise"])
@pytest.mark.parametrize("signal", ["noise", "known"])
def test_sinr_and_its_worst_case_against_the_formula(decoding, signal):
    s = FREE.derived(users=3, decoding=decoding, sensing_signal=signal)
    rng = np.random.default_rng(3)
    h, beams = channels(range(2), 3, 4), 0.4 * drawn(rng, 2, 3 + 2, 4)
    order, eps = model.decoding_order(h), 0.2
    error = drawn(rng, 2000, 2, 3, 4)
    error *= eps / np.linalg.norm(error, axis=-1, keepdims=True)

    def formula(d):
        gain, left = (np.abs(np.einsum("sdla,dka->sdlk", x.conj(), beams)) ** 2 for x in (h + d, d))
        table = np.full((len(d), 2, 3, 3), np.nan)
        for drop in range(2):
            for i, k in enumerate(order[drop]):
                later = order[drop][i + 1 :] if decoding == "chain" else [j for j in range(3) if j != k]
                before = order[drop][:i] if decoding == "chain" else []
                for l in order[drop][i:] if decoding == "chain" else [k]:
                    below = s.noise_vector_w[l] + gain[:, drop, l, later].sum(1) + left[:, drop, l, before].sum(1)
                    below = below + (gain if signal == "noise" else left)[:, drop, l, 3:].sum(1)
                    table[:, drop, l, k] = gain[:, drop, l, k] / below
        return table

    np.testing.assert_allclose(model.sinr(s, h, beams, order, error), formula(error), rtol=1e-10)
    np.testing.assert_allclose(model.sinr(s, h, beams, order), formula(0 * error[:1])[0], rtol=1e-10)
    worst = ni.worst_case_sinr(s, h, beams, eps)
    assert np.nanmin(formula(error) / worst.sinr) >= 1 - 1e-9, "an attack below the worst case"
    for l, k in np.argwhere(np.isfinite(worst.sinr[0])):
        attained = formula(worst.error[None, :, :, k])[0, 0, l, k]
        np.testing.assert_allclose(attained, worst.sinr[0, l, k], rtol=1e-8, atol=1e-12)
    root = np.concatenate([beams[:, :3, :, None] * beams[:, :3, None].conj(),
                           np.einsum("dka,dkb->dab", beams[:, 3:], beams[:, 3:].conj())[:, None]], axis=1)  # fmt: skip
    np.testing.assert_allclose(ni.worst_case_sinr(s, h, root, eps).sinr, worst.sinr, rtol=1e-7, atol=1e-12)


@pytest.mark.parametrize("case", ["known", "heard"])
def test_the_bound_combines_the_conditions_at_their_errors(solved, case):
    """T = t t^H adds the SINR condition at the error d = eps B t1 / t2, times |t2|^2; y without errors."""
    (s, _, eps), design = CASES[case], solved(case)
    rng, m, asked = np.random.default_rng(4), design.multipliers, design.problem(H)
    w, g = positive(rng, 4, 3, 4), design.sinr_target
    t = drawn(rng, 4, 2, 2, m.lmi.shape[-1]) if eps else np.sqrt(rng.random((4, 2, 2, 1)))
    t[..., -1] += 3 * np.linalg.norm(t, axis=-1) if eps else 0
    outer = t[..., :, None] * np.conj(t[..., None, :])
    changed = replace(m, lmi=outer) if eps else replace(m, sinr=np.abs(t[..., -1]) ** 2)
    none = replace(m, lmi=0 * m.lmi, sinr=0 * m.sinr)
    basis = np.eye(4)[:, :0] if not eps else m.basis

    def left(multipliers):
        found = combine(s, asked, multipliers)
        full = found.basis[:, None] @ found.matrix @ np.conj(np.swapaxes(found.basis, -1, -2))[:, None]
        return np.einsum("dkab,dkba->d", full, w).real - found.value

    expected = np.zeros(4)
    for drop in range(4):
        first, last = design.order[drop]
        pairs = [(first, first), (first, last), (last, last)] if s.decoding == "chain" else [(0, 0), (1, 1)]
        for k, l in pairs:
            b = basis[drop] if eps else basis
            d = eps * b @ t[drop, k, l, :-1]
            v = t[drop, k, l, -1] * H[drop, l] + d
            heard, cancelled = [1 - k] if s.decoding == "noise" or k == first else [], []
            if s.decoding == "chain" and k == last:
                cancelled = [first]
            (heard if s.sensing_signal == "noise" else cancelled).append(2)
            power = sum((v.conj() @ w[drop, i] @ v).real for i in heard)
            power += sum((d.conj() @ w[drop, i] @ d).real for i in cancelled)
            noise = s.noise_vector_w[l] * abs(t[drop, k, l, -1]) ** 2
            expected[drop] += (v.conj() @ w[drop, k] @ v).real - g[drop, k] * (power + noise)
    np.testing.assert_allclose(left(changed) - left(none), expected, rtol=1e-9)


def test_an_altered_sensing_signal_is_found_out_and_the_scorecard_counts_it(solved):
    (s, _, _), design = CASES["known"], solved("known")
    drop = int(np.argmax(np.linalg.norm(design.beams[:, 2:], axis=(1, 2))))
    row = 2 + int(np.argmax(np.linalg.norm(design.beams[drop, 2:], axis=1)))
    silent = np.where(np.arange(design.beams.shape[1])[:, None] == row, 0, design.beams)
    judged = ni.certify(s, H, replace(design, beams=silent))
    assert judged.sensing_violation[drop] > 1e-3 and judged.status_text[drop] not in ACCEPTED
    louder = np.where(np.arange(design.beams.shape[1])[:, None] == row, 1.1 * design.beams, design.beams)
    assert ni.certify(s, H, replace(design, beams=louder)).gap[drop] > 1e-3
    truth = ni.Realisation(known=H, truth=H)
    scored = ni.SYSTEM.evaluate(s, truth, design)
    np.testing.assert_allclose(scored.objective_w, design.objective_w, rtol=1e-12)
    np.testing.assert_allclose(scored.radiated_power_w, np.sum(np.abs(design.beams) ** 2, axis=(1, 2)), rtol=1e-12)


@pytest.mark.slow
def test_randomisation_and_the_reference_carry_it():
    s, sinr_db, _ = CASES["known"]
    best = ni.minimise_power(s, H, sinr_db)
    for method in ("randomisation", "reference"):
        design = ni.METHODS[method](s, H, sinr_db=sinr_db)
        ok = np.isin(design.status_text, ACCEPTED)
        assert ok.any() and np.all(design.objective_w[ok] >= best.objective_w[ok] * (1 - 1e-6))


def test_users_in_turns_have_none_and_nonsense_is_refused():
    assert ni.Scenario().sensing_signal == "none" and ni.Scenario().streams == 3
    s = CASES["known"][0]
    for method in (lambda: ni.minimise_power_oma(s, H, 4.0), lambda: ni.balance_sinr_oma(s, H, 4.0)):
        with pytest.raises(ValueError, match="sensing_signal must be 'none' where users take turns, got 'known'"):
            method()
    with pytest.raises(ValueError, match="sensing_signal"):
        ni.Scenario(sensing_signal="loud")
    with pytest.raises(ValueError, match=r"beams must have shape \(4, 3, 4\), or with another number of sensing beams"):
        ni.worst_case_sinr(s, H, np.zeros((4, 3, 5)), 0.1)
