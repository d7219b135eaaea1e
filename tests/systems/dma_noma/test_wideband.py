"""Metasurface NOMA over several subcarriers: against a model written out, and limits in which the answer is known."""

import numpy as np
import pytest
from dma_cases import drawn, g1, ring

from beamwright import dma_noma as dn
from beamwright.channels import models
from beamwright.systems.dma_noma.methods.base import certified_design
from beamwright.systems.dma_noma.physics import closed_forms, model, user_channels
from beamwright.uncertainty import verification_positions

QUICK = {"rounds": 1, "steps": 60}
SMALL = {"columns": 8, "groups": 1, "subcarriers": 2, "bandwidth_hz": 16e9, "position_error_m": 0.0}
"""One program serves all searches of these."""
OWN_PROGRAMS = ("cutting-set", "fully-digital", "phase-shifters", "quantised", "published-alternation")
BAND = {"subcarriers": 3, "bandwidth_hz": 3e9}


def random_design(s, known, seed=0):
    """Any amplitudes, beams and powers."""
    rng = np.random.default_rng(seed)
    drops = len(known.near_positions_m)
    beams = rng.standard_normal((2, drops, s.chains, s.groups))
    beams = beams[0] + 1j * beams[1]
    powers = rng.random((drops, s.groups, 2))
    return certified_design(
        s, known, rng.random((drops, s.elements)), beams / np.linalg.norm(beams, axis=1, keepdims=True),
        s.power_w * powers / powers.sum(axis=(1, 2), keepdims=True),
    )  # fmt: skip


def written_out(s, positions_m, design, drop):
    """Rates (subcarriers, groups, 2) at positions (users, 3), entry by entry from the formulas."""
    count, fc, c = s.subcarriers, s.carrier_hz, 3e8
    spacing, rates = c / fc / 2, np.empty((count, s.groups, 2))
    elements = np.array([[0, (n - (s.columns - 1) / 2) * spacing, 0] for n in range(s.columns)])
    feeds = np.array(
        [[0, (2 * l - s.chains - 1) / (2 * s.chains) * s.columns * spacing, -spacing] for l in range(1, s.chains + 1)]
    )
    for i in range(count):
        f = fc + s.bandwidth_hz * ((2 * i + 1) / (2 * count) - 1 / 2)
        q = np.array(
            [[np.exp(-2j * np.pi * f / c * np.sqrt(3) * np.linalg.norm(x - y)) for y in feeds] for x in elements]
        )
        vectors = design.amplitudes[drop][:, None] * (q / np.linalg.norm(q, 2)) @ design.beams[drop]
        d = np.linalg.norm(positions_m[:, None] - elements, axis=-1)
        size = np.sqrt(s.rician / (1 + s.rician)) * np.sqrt(1e-3) * (fc / f) * d ** (-s.path_loss_exponent / 2)
        heard = np.abs((size * np.exp(2j * np.pi * f / c * d)) @ vectors)  # (users, groups)
        spread = s.scattering_radius[:, None] * np.linalg.norm(vectors, axis=0)
        powers = design.powers_w[drop]
        for g in range(s.groups):
            ratio = []
            for user in (g, s.groups + g):
                gain = max(heard[user, g] - spread[user, g], 0) ** 2
                other = sum(
                    powers[j].sum() * (heard[user, j] + spread[user, j]) ** 2 for j in range(s.groups) if j != g
                )
                ratio.append((other + 1e-11) / gain)
            near, far = powers[g]
            rates[i, g] = np.log2(1 + near / ratio[0]), np.log2(1 + far / (near + max(ratio)))
    return rates


def test_the_model_written_out():
    s, r = drawn(3, columns=8, **BAND)
    d = random_design(s, r.known)
    score = dn.evaluate(s, dn.Realisation(r.known, r.truth), d)
    for drop in range(3):
        least = written_out(s, r.truth[drop], d, drop).min(axis=0)
        np.testing.assert_allclose(score.near_rates[drop], least[:, 0], rtol=1e-9)
        np.testing.assert_allclose(score.far_rates[drop], least[:, 1], rtol=1e-9)
    there = written_out(s, d.certificate.worst_positions_m[0], d, 0).min(axis=0)
    np.testing.assert_allclose(d.certificate.verified_near_rates[0], there[:, 0], rtol=1e-9)
    np.testing.assert_allclose(d.certificate.verified_far_rates[0], there[:, 1], rtol=1e-9)


def test_a_band_of_no_width_is_one_carrier():
    s, r = drawn(2, columns=8)
    flat = s.derived(subcarriers=3, bandwidth_hz=0.0)
    one, three = (random_design(case, r.known).certificate for case in (s, flat))
    for name, array in one.to_arrays().items():
        np.testing.assert_allclose(three.to_arrays()[name], array, rtol=1e-6, atol=1e-9, err_msg=name)
    np.testing.assert_array_equal(s.tones, [1.0])
    centre = s.derived(subcarriers=1, bandwidth_hz=7e9)  # one subcarrier is the carrier, whatever the band
    np.testing.assert_array_equal(dn.channels(centre, r.truth, user=range(4)), dn.channels(s, r.truth, user=range(4)))


@pytest.mark.parametrize("columns", [16, 64])
def test_beams_split_as_dirichlet_says(columns):
    """A flat beam towards angle theta, heard at f: |sin(N x) / (N sin x)|, x = pi/2 (f / f_c - 1) sin theta."""
    s = dn.Scenario(columns=columns, groups=1, feeding="digital", subcarriers=9, bandwidth_hz=6e9)
    user = 1e6 * np.array([np.cos(0.6), np.sin(0.6), 0.0])
    matched = dn.channels(s, user, planar=True)
    heard = np.array([abs(np.vdot(dn.channels(s, user, planar=True, tone=tone), matched)) * tone for tone in s.tones])
    x = np.pi / 2 * (s.tones - 1) * np.sin(0.6)
    expected = np.abs(np.sin(columns * x) / np.where(x == 0, 1, columns * np.sin(x))) + (x == 0)
    np.testing.assert_allclose(heard / np.linalg.norm(matched) ** 2, expected, rtol=1e-4, atol=1e-4)


def test_what_a_band_costs_grows_with_bandwidth_times_aperture():
    """Matched beams of one group in the far field, off broadside: equal products cost the same."""
    lost = {}
    for columns in (16, 32):
        for band in (0.0, 1e9, 2e9, 4e9):
            s = dn.Scenario(
                columns=columns, groups=1, feeding="digital", subcarriers=2, bandwidth_hz=band, position_error_m=0.0
            )
            known = dn.Known(ring(100.0, 40), ring(150.0, 40))
            form = closed_forms.focusing(s, known)
            vectors = model.transmit_vectors(form.responses, np.eye(columns)[None], form.beams)
            sent = model.noma_transmissions(s, known, vectors, form.powers_w.sum(axis=-1))
            a, _ = model.worst_in_band(s, known, known.positions_m[:, :, None], [sent, sent])
            lost[columns, band] = a[0, 0]
    for columns in (16, 32):
        loss = np.array([lost[columns, band] / lost[columns, 0.0] for band in (1e9, 2e9, 4e9)])
        assert loss[0] > 1.001 and np.all(np.diff(loss) > 0)
    np.testing.assert_allclose(lost[32, 1e9] / lost[32, 0.0], lost[16, 2e9] / lost[16, 0.0], rtol=0.02)
    np.testing.assert_allclose(lost[32, 2e9] / lost[32, 0.0], lost[16, 4e9] / lost[16, 0.0], rtol=0.04)


def test_the_adversary_attacks_every_subcarrier():
    s, known = g1(0.2, columns=8, **BAND)
    d = random_design(s, known)
    points = verification_positions(known.positions_m, s.position_error_m, known.numbers, seed=3)
    sent = model.over_band(s, known, d)
    near, far = model.rates(d, *model.worst_in_band(s, known, points, sent))
    proof = d.certificate
    assert np.all(proof.verified_near_rates <= near + 1e-6) and np.all(proof.verified_far_rates <= far + 1e-6)
    np.testing.assert_allclose(proof.verified_near_rates, near, atol=0.1)
    for tone, one in zip(s.tones, sent, strict=True):  # no subcarrier has less than what is guaranteed
        there = user_channels(s, known, proof.worst_positions_m[:, :, None], tone=tone)
        assert np.all(model.rates(d, *model.worst_ratios(there, one))[0] >= proof.verified_near_rates - 1e-9)


@pytest.mark.slow
def test_a_design_for_the_band_beats_one_for_the_carrier_over_it():
    s, r = drawn(2, **SMALL)
    whole, carrier = (
        dn.maximise_guaranteed_rate(s, r.known, **QUICK, assumed_subcarriers=count) for count in (None, 1)
    )
    assert np.all(whole.certificate.verified_sum_rate > carrier.certificate.verified_sum_rate + 0.1)
    assert np.all(whole.certificate.verified_weighted_rate <= whole.certificate.bound)
    alone = dn.maximise_guaranteed_rate(s.derived(subcarriers=1), r.known, **QUICK)
    np.testing.assert_array_equal(carrier.amplitudes, alone.amplitudes)
    assert np.all(carrier.certificate.verified_sum_rate < alone.certificate.verified_sum_rate - 0.1)


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow if name in OWN_PROGRAMS else ()) for name in dn.METHODS]
)
def test_every_method_serves_a_band_or_says_that_it_knows_one_carrier(name):
    s, r = drawn(1, **SMALL)
    method, quick = dn.METHODS[name], QUICK | {"alternations": 1, "cuts": 1, "passes": 1}
    options = {key: value for key, value in quick.items() if key in method.options.model_fields}
    if name in ("csi-ball", "sdr-sca"):
        with pytest.raises(ValueError, match="subcarriers must be 1 for"):
            method(s, r.known, **options)
        return
    d = method(s, r.known, **options)
    proof = d.certificate
    np.testing.assert_allclose(proof.verified_sum_rate, proof.guaranteed_sum_rate, rtol=1e-9)
    assert np.all(proof.verified_sum_rate > 0) and np.all(proof.verified_weighted_rate <= proof.bound)


def test_bands_that_make_no_sense_are_refused(monkeypatch):
    with pytest.raises(ValueError, match="bandwidth_hz must be < carrier_hz"):
        dn.Scenario(subcarriers=2, bandwidth_hz=60e9)
    monkeypatch.setitem(models._registered, "flat", lambda scenario, positions_m: dn.channels(scenario, positions_m))
    with pytest.raises(ValueError, match="subcarriers must be 1 for a channel_model other than"):
        dn.Scenario(subcarriers=2, channel_model="flat")
    with pytest.raises(ValueError, match="tone must be > 0"):
        dn.channels(dn.Scenario(), np.ones(3), tone=0.0)
