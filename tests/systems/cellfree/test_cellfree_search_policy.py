"""Learnt searches: a schedule of the usual numbers is the usual search; training, files and designs hold together."""

import importlib
import json
from dataclasses import replace

import jax
import numpy as np
import pytest
from cellfree_cases import drawn, shuffled

from beamwright import cellfree as cf
from beamwright.cli import main
from beamwright.learn import sessions
from beamwright.systems.cellfree.scene import checked
from beamwright.systems.cellfree.solve import Options, Schedule, coded, decoded, multistart, steps_by_schedule

TINY = {"starts": 2, "steps": 6, "population": 3, "channels": 2}
GENERATION = 4 * 2 * (2 * 2 + 6)
"""Steps: three schedules and their mean, two channels, two starts of two steps, one of six."""


@pytest.mark.slow
def test_a_schedule_of_the_usual_numbers_is_the_search_without_one():
    s, scenes = drawn(2)
    known, search = checked(s, scenes.known), importlib.import_module("beamwright.systems.cellfree.solve.multistart")
    frame, lanes = search.first_lanes(s, known, Options(starts=3, steps=4))
    usual = search.search(search._unit_powers(s), lanes)
    same = np.tile(Schedule().adam, (len(lanes.start), 1))
    run = lanes.run._replace(rate=np.ones(len(lanes.start)))
    told = search.search(search._unit_powers(s), lanes._replace(adam=same, run=run))
    np.testing.assert_allclose(told.x, usual.x, atol=1e-9)
    np.testing.assert_allclose(told.merit, usual.merit, rtol=1e-9)
    faster = lanes._replace(adam=replace_at(same, 2, 0.2), run=run)  # transmit positions alone
    moved = np.abs(search.search(search._unit_powers(s), faster).x - usual.x)
    assert moved.max() > 1e-3 and frame.order.shape == (2, s.users)


def replace_at(rows, column, value):
    """Rows with another value in a column."""
    rows = rows.copy()
    rows[:, column] = value
    return rows


def test_numbers_and_schedules_go_back_and_forth():
    np.testing.assert_allclose(decoded(coded(Schedule())), Schedule(), rtol=1e-12)
    for numbers in np.random.default_rng(0).normal(size=(50, 13)) * 8:
        schedule = decoded(numbers)
        assert min(schedule) > 0 and schedule.last <= 1 and max(schedule.momentum, schedule.memory) <= 1
        assert min(schedule.momentum, schedule.memory) >= 0.1 - 1e-12


def test_a_learnt_search_is_never_below_silence_and_counts_its_steps():
    s, scenes = drawn(3)
    known, options = checked(s, scenes.known), Options(starts=2, rounds=2, steps=6, schedule=Schedule())
    found = multistart(s, known, options)
    assert found.iterations.tolist() == [steps_by_schedule(options)] * 3 == [10] * 3
    assert steps_by_schedule(options._replace(starts=12, rounds=3, steps=300)) == 12 * 100 + 3 * 300 + 300
    silent = cf.silence(s, known).worst_case_utility
    np.testing.assert_allclose(found.trace[:, 0], silent, rtol=1e-6)
    assert np.all(np.diff(found.trace, axis=1) >= 0)
    other = multistart(s, shuffled(known, np.arange(s.aps), np.array([1, 0])), options)
    np.testing.assert_array_equal(other.trace, found.trace)  # whatever the order of users


def test_training_is_kept_and_its_policy_designs(tmp_path):
    s, scenes = drawn(4)
    asked = {**TINY, "env_steps": 3 * GENERATION, "seed": 3}
    whole, curve = cf.train_search(s, scenes.known, tmp_path / "whole", **asked)
    assert curve.env_steps.tolist() == [[GENERATION, 2 * GENERATION, 3 * GENERATION]]
    assert np.all(np.isfinite(curve.score)) and np.all(np.isnan(curve.loss))

    class Killed(Exception):
        """As if the power had gone."""

    def kill(rows):
        if len(rows.score) == 2:
            raise Killed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sessions.keep_going, "__defaults__", (*sessions.keep_going.__defaults__[:-1], 0.0))
        with pytest.raises(Killed):
            cf.train_search(s, scenes.known, tmp_path / "killed", on_row=kill, **asked)
    assert [path.name for path in (tmp_path / "killed").iterdir()] == [sessions.STATE]
    seen = []
    cf.train_search(s, scenes.known, tmp_path / "killed", on_row=lambda rows: seen.append(len(rows.score)), **asked)
    assert seen == [2, 3]  # not from the beginning
    kept = [(tmp_path / name / sessions.POLICY).read_bytes() for name in ("whole", "killed")]
    assert kept[0] == kept[1]
    assert decoded(coded(whole.schedule)) != Schedule()
    other = cf.draw(s, jax.random.key(9), 2).known
    design = cf.design_by_policy(s, other, tmp_path / "whole")
    np.testing.assert_array_equal(design.beams, cf.design_by_policy(s, other, whole).beams)
    assert np.all(design.iterations == 10) and set(design.status_text) == {"feasible"}
    longer = cf.design_by_policy(s, other, whole, starts=3, rounds=2, steps=9)
    assert np.all(longer.iterations == 3 * 3 + 9)
    certificate = cf.certify(s, other, design)
    np.testing.assert_array_equal(certificate.worst_case_utility, design.worst_case_utility)


@pytest.mark.slow
def test_a_schedule_serves_other_sizes():
    s, scenes = drawn(2)
    policy, _ = cf.train_search(s, scenes.known, **TINY, env_steps=GENERATION)
    large, more = drawn(2, aps=3, users=3, tx_antennas=5)
    design = cf.design_by_policy(large, more.known, policy)
    assert np.all(design.worst_case_utility >= cf.silence(large, more.known).worst_case_utility * (1 - 1e-6))


@pytest.mark.slow
def test_what_is_learnt_is_worth_more_on_other_channels():
    """Two generations of training already; the same starts and steps, on channels that no training saw."""
    s, scenes = drawn(64, seed=1)
    length = {"starts": 8, "rounds": 2, "steps": 60}
    policy, _ = cf.train_search(s, scenes.known, **length, population=9, channels=12, env_steps=4 * 10 * 12 * 280)
    tests = checked(s, cf.draw(s, jax.random.key(77), 32).known)
    own = replace(policy, schedule=Schedule())
    learnt, usual = (cf.design_by_policy(s, tests, one).worst_case_utility for one in (policy, own))
    gain = learnt - usual
    print(f"{learnt.mean():.3f} against {usual.mean():.3f}")
    assert gain.mean() > 2 * gain.std(ddof=1) / np.sqrt(len(gain))


def test_bad_trainings_are_refused(tmp_path):
    s, scenes = drawn(1)
    with pytest.raises(ValueError, match=r"env_steps must be at least 21840 \(one generation\), got 100"):
        cf.train_search(s, scenes.known, env_steps=100, starts=8, steps=120, channels=1, population=38)
    with pytest.raises(ValueError, match="population must be >= 3, got 2"):
        cf.train_search(s, scenes.known, population=2)
    with pytest.raises(ValueError, match="uplink_gain must have at least one drop"):
        cf.train_search(s, scenes.known.take(slice(0)))
    cf.train_search(s, scenes.known, tmp_path, **TINY, env_steps=40)
    with pytest.raises(ValueError, match="agent must be one of ddpg, meta, amortised, got search"):
        cf.Policy.load(tmp_path)


def test_trained_and_asked_from_the_command_line(tmp_path):
    small = [f"--set={name}={value}" for name, value in cf.Scenario.small().model_dump(exclude_defaults=True).items()]
    told = [f"--set={name}={value}" for name, value in {**TINY, "env_steps": GENERATION}.items()]
    trained, designed = tmp_path / "trained", tmp_path / "designed"
    assert main(["train", "cellfree", "--agent", "search", *small, *told, "--drops", "4", "--out", str(trained)]) == 0
    assert {path.name for path in trained.iterdir()} == {"policy.eqx", "curve.csv", "curve.png", "curve.pdf"}
    command = ["design", "cellfree", "--checkpoint", str(trained), "--drops", "2", "--out", str(designed)]
    assert main([*command, "--set", "sensing_weight=0.7"]) == 0
    document = json.loads((designed / "design.json").read_text())
    assert (document["method"], document["scenario"]["sensing_weight"]) == ("policy", 0.7)
    assert main(["verify", str(designed)]) == 0
