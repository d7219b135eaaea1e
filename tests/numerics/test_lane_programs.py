"""Programs for lanes together: quick ones first, full ones where much is computed, and both agree."""

import jax
import numpy as np
import pytest

from beamwright import noma_isac as ni
from beamwright.numerics import COMPILER, LaneProgram, in_full, in_tiles, programs_used
from beamwright.numerics.lane_programs import QUICK_TILES


def test_a_program_is_quick_until_its_tiles_would_have_paid_for_the_full_one(monkeypatch):
    monkeypatch.setenv(COMPILER, "auto")
    program = LaneProgram(lambda x: 2 * x)
    quick = program.chosen(QUICK_TILES, (1,))
    full = program.chosen(1, (1,))
    assert quick is not full and program.chosen(1, (1,)) is full
    assert program.chosen(1, (2,)) is quick, "other sizes are other programs"
    assert LaneProgram(abs).chosen(QUICK_TILES + 1, (1,)) is not None
    with in_full():
        assert program.chosen(1, (3,)) is full
    assert program.chosen(1, (4,)) is quick
    assert programs_used() == ["full", "quick"]


def test_many_tiles_at_once_are_not_computed_quickly(monkeypatch):
    monkeypatch.setenv(COMPILER, "auto")
    program, x = LaneProgram(lambda x: 2 * x), np.arange(QUICK_TILES + 1.0)
    np.testing.assert_array_equal(in_tiles(program, 1, x), 2 * x)
    assert list(program._programs) == ["full"]


def test_the_environment_chooses_or_is_refused_by_name(monkeypatch):
    program = LaneProgram(lambda x: x)
    for asked in ("quick", "full"):
        monkeypatch.setenv(COMPILER, asked)
        assert program.chosen(2 * QUICK_TILES, (1,)) is program.chosen(1, (5,)) is program._programs[asked]
    monkeypatch.setenv(COMPILER, "slow")
    with pytest.raises(ValueError, match="BEAMWRIGHT_COMPILER must be auto, quick or full, got 'slow'"):
        program.chosen(1, (1,))


def test_both_kinds_of_program_design_the_same(monkeypatch):
    """Objective and bound to 1e-9 relative, beams to 1e-6 (the solver's tolerance is on the objective)."""
    s = ni.Scenario(users=2, antennas=4, target_angles_deg=(10.0,))
    h = ni.draw(s, jax.random.key(3), 5).known
    found = []
    for asked in ("quick", "full"):
        monkeypatch.setenv(COMPILER, asked)
        found.append(ni.minimise_power(s, h, 8.0))
    quick, full = found
    assert quick.status_text == full.status_text
    np.testing.assert_allclose(quick.objective_w, full.objective_w, rtol=1e-9)
    np.testing.assert_allclose(quick.bound_w, full.bound_w, rtol=1e-9)
    np.testing.assert_allclose(quick.beams, full.beams, rtol=0, atol=1e-6 * np.abs(full.beams).max())


def test_other_devices_know_one_kind_of_program(monkeypatch):
    """The options that tell them apart are those of a CPU's compiler."""
    monkeypatch.setenv(COMPILER, "auto")
    monkeypatch.setattr(jax, "default_backend", lambda: "gpu")
    program = LaneProgram(lambda x: x)
    assert program.chosen(1, (1,)) is program.chosen(2 * QUICK_TILES, (1,)) is program._programs["full"]
