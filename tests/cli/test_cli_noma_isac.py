"""The command line on the first system: the ten bad inputs of its users, files made by others, tampering."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import scipy.io

import beamwright
from beamwright.cli import main
from beamwright.cli.audit import audit
from beamwright.cli.design_files import StoredDesign, load_design

DESIGN = ["design", "noma-isac"]


@pytest.fixture(autouse=True)
def workplace(monkeypatch, tmp_path):
    monkeypatch.setenv("BEAMWRIGHT_CACHE_DIR", "off")
    monkeypatch.chdir(tmp_path)
    real, imaginary = np.random.default_rng(0).standard_normal((2, 4, 3, 8))
    h = (real + 1j * imaginary) / np.sqrt(2)
    np.savez("h.npz", h=h)
    np.savez("nan.npz", h=np.where(np.arange(8) == 5, np.nan, h))
    np.savez("antennas.npz", h=h[:, :, :6])
    Path("cut.npz").write_bytes(Path("h.npz").read_bytes()[:700])
    Path("empty.npz").touch()
    Path("file").write_text("in the way")


BAD_INPUT = {
    "unknown key": (["--set", "noise_power=0.1"], "noise_power is neither"),
    "NaN in channels": (["--channels", "nan.npz"], "h must be finite"),
    "wrong axis": (["--channels", "antennas.npz"], "got shape (4, 3, 6)"),
    "missing file": (["--channels", "nowhere.npz"], "nowhere.npz must be a file"),
    "negative noise": (["--set", "noise_power_w=-0.01"], "noise_power_w must be >= 1e-30"),
    "unknown method": (["--method", "min-powr"], "method 'min-powr' is not known; did you mean min-power"),
    "corrupted npz": (["--channels", "cut.npz"], "damaged"),
    "empty file": (["--channels", "empty.npz"], "empty"),
    "users > antennas": (["--set", "users=9"], "users must be at most antennas (8), got 9"),
    "unwritable output": (["--channels", "h.npz", "--out", "file/out"], "Not a directory"),
}


def check_refusal(code: int, err: str, words: str, before: list[Path]) -> None:
    assert code == 2
    assert err.count("\n") == 1 and err.startswith("beamwright: ") and words in err
    assert sorted(Path().rglob("*")) == before


@pytest.mark.parametrize("kind", BAD_INPUT)
def test_bad_input_is_one_line_and_nothing_is_written(kind, capsys):
    arguments, words = BAD_INPUT[kind]
    before = sorted(Path().rglob("*"))
    code = main([*DESIGN, "--out", "new", *arguments])
    check_refusal(code, capsys.readouterr().err, words, before)


@pytest.mark.parametrize("kind", ["unknown key", "corrupted npz", "unwritable output"])
def test_bad_input_in_a_process_of_its_own(kind):
    arguments, words = BAD_INPUT[kind]
    before = sorted(Path().rglob("*"))
    command = [sys.executable, "-m", "beamwright", *DESIGN, "--out", "new", *arguments]
    path = os.environ | {"PYTHONPATH": str(Path(beamwright.__file__).parents[1])}
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=path)
    check_refusal(done.returncode, done.stderr, words, before)


@pytest.fixture
def designed(capsys) -> Path:
    """A robust design of four drops, in ``out``."""
    options = ["--method", "robust-min-power", "--set", "sinr_db=5", "--set", "csi_error=0.05"]
    assert main([*DESIGN, *options, "--channels", "h.npz", "--out", "out"]) == 0
    capsys.readouterr()
    return Path("out/design.npz")


def test_design_is_certified_and_verifies(designed, capsys):
    said = json.loads(designed.with_suffix(".json").read_text())
    assert said["summary"]["accepted"] == 4
    assert said["certificate"]["gap"]["max"] < 0.1
    assert said["certificate"]["sinr_violation"]["max"] < 1e-6
    assert main(["verify", "out"]) == 0


def test_the_error_of_the_scenario_is_bound_or_marked(designed, capsys):
    """Beside a radius of the method's own, the scenario's shapes the truth alone; without one, it is asked for."""
    assert main(["verify", "out"]) == 0
    assert "scenario: csi_error" in capsys.readouterr().out
    assert main([*DESIGN, "--method", "robust-min-power", "--channels", "h.npz", "--out", "own"]) == 0
    assert main(["verify", "own"]) == 0
    assert "scenario: csi_error" not in capsys.readouterr().out
    stored = load_design("own")
    lying = {**stored.about["scenario"], "csi_error": 0.06}
    forged = StoredDesign(stored.path, stored.arrays, {**stored.about, "scenario": lying}, "")
    assert "csi_error, as the options say" in {check.name for check in audit(forged) if check.passed is False}


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("multipliers.lmi", "bound_w"),
        ("multipliers.floor", "bound_w"),
        ("beams", "objective_w"),
        ("inner", "relaxed_gap"),
        ("sensing_power_w", "sensing_power_w"),
        ("relaxed_objective_w", "relaxed_objective_w"),
        ("h", "WRONG"),
    ],
)
def test_verify_finds_one_changed_entry_by_recomputing(name, line, designed, capsys):
    """With an honest digest of the changed contents, so that only the mathematics can object."""
    rewrite(designed, name, change_largest)
    assert main(["verify", str(designed)]) == 1
    caught = capsys.readouterr()
    assert line in caught.out + caught.err and caught.err.count("\n") == 1


def test_verify_finds_another_user_order(designed, capsys):
    rewrite(designed, "order", lambda order: order[:, ::-1])
    assert main(["verify", str(designed)]) == 1
    assert "order must list the users from weakest to strongest" in capsys.readouterr().err


def test_verify_finds_options_that_the_arrays_do_not_meet(designed, capsys):
    """5 dB beams sold as 8 dB beams, digest and description rewritten to match."""
    with np.load(designed, allow_pickle=False) as archive:
        arrays = dict(archive)
    about = json.loads(str(arrays["about"]))
    about["options"]["sinr_db"] = 8.0
    arrays["about"] = np.array(json.dumps(about))
    np.savez(designed, **arrays)
    rewrite(designed, "beams", lambda beams: beams)
    designed.with_suffix(".json").unlink()
    assert main(["verify", str(designed)]) == 1
    assert "sinr_target, as the options say" in capsys.readouterr().err


def change_largest(array: np.ndarray) -> np.ndarray:
    changed = array.copy()
    changed.flat[np.argmax(np.abs(changed))] *= 1.001
    return changed


def rewrite(path: Path, name: str, change) -> None:
    from beamwright.cli.design_files import digest_of

    with np.load(path, allow_pickle=False) as archive:
        arrays = dict(archive)
    arrays[name] = change(arrays[name])
    contents = {key: array for key, array in arrays.items() if key not in ("format_version", "digest", "about")}
    arrays["digest"] = np.array(digest_of(contents, json.loads(str(arrays["about"]))))
    np.savez(path, **arrays)


def test_a_matlab_file_of_another_convention_gives_the_same_design():
    """h^T w in a MATLAB file against h^H w in a NumPy file: the same powers, if angles are meant alike."""
    with np.load("h.npz") as file:
        scipy.io.savemat("h.mat", {"H_est": file["h"].conj()})
    settings = ["--set", "sinr_db=5"]
    assert main([*DESIGN, *settings, "--channels", "h.npz", "--out", "a"]) == 0
    assert main(["verify", "a"]) == 0
    mat = ["--channels", "h.mat", "--variable", "H_est", "--no-conjugate", "--set", "steering_sign=1"]
    assert main([*DESIGN, *settings, *mat, "--out", "b"]) == 0
    ours, theirs = np.load("a/design.npz"), np.load("b/design.npz")
    assert np.array_equal(ours["beams"], theirs["beams"])


def test_a_target_at_the_angle_of_a_simulator_gets_the_power_that_is_asked(capsys):
    """h^T w: a wave from +60 degrees has the phases exp(+j pi n sin 60), and so has what beams send there."""
    asked = ["--set", "sinr_db=5", "--set", "target_angles_deg=[60]", "--set", "sensing_power_w=0.05"]
    assert main([*DESIGN, *asked, "--channels", "h.npz", "--no-conjugate", "--out", "out"]) == 0
    assert "steering_sign -1" in capsys.readouterr().out
    beams = np.load("out/design.npz")["beams"]
    there = np.exp(1j * np.pi * np.arange(8) * np.sin(np.deg2rad(60)))
    sent_w = np.sum(np.abs(beams @ there) ** 2, axis=-1)
    assert np.all(sent_w >= 0.05 * (1 - 1e-6)), sent_w
    assert json.loads(Path("out/design.json").read_text())["scenario"]["steering_sign"] == -1
