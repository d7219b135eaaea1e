"""A system of somebody else's: installed from a folder of its own, it works with every command."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from beamwright.cli import main
from beamwright.cli.doctor import _certified, _worst
from beamwright.studies import registry
from beamwright.systems import SYSTEMS

EXAMPLE = Path(__file__).parents[2] / "examples" / "matched_beams"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A folder of packages with the example installed, as ``pip install ./examples/matched_beams`` does it."""
    source = shutil.copytree(EXAMPLE, tmp_path_factory.mktemp("source") / "matched_beams")
    site = tmp_path_factory.mktemp("site")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*pip, "--disable-pip-version-check", "--target", site, source], check=True, timeout=120)
    return site


@pytest.fixture(autouse=True)
def installed(site, monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.setenv("PYTHONPATH", str(site))
    monkeypatch.setenv("BEAMWRIGHT_CACHE_DIR", "off")
    monkeypatch.chdir(tmp_path)
    for study in registry._brought():
        monkeypatch.setitem(registry.STUDIES, study.name, study)


def test_every_command_knows_it(capsys):
    for command in (
        ["list"], ["show", "matched-beams"],
        ["design", "matched-beams", "--set", "snr_db=10", "--drops", "3", "--out", "mine"], ["verify", "mine"],
        ["study", "matched-beams/power", "--drops", "4"], ["report", "runs/matched-beams/power"],
    ):  # fmt: skip
        assert main(command) == 0, command
    printed = capsys.readouterr().out
    for words in ("Matched beams in orthogonal slots", "SNR that every user needs", "3 optimal",
                  "feasible: snr_shortfall"):  # fmt: skip
        assert words in printed
    assert list(Path().rglob("power.png")) and "holds" in printed
    assert _worst(_certified(SYSTEMS["matched-beams"])).startswith(", worst snr_shortfall")  # what doctor says of it


def test_its_certificate_finds_a_changed_beam(capsys):
    assert main(["design", "matched-beams", "--drops", "2", "--out", "mine"]) == 0
    with np.load("mine/design.npz") as file:
        arrays = dict(file)
    arrays["beams"] = 0.9 * arrays["beams"]
    np.savez("mine/design.npz", **arrays)
    assert main(["verify", "mine"]) == 1
    assert re.search(r"WRONG +objective", capsys.readouterr().out)


def test_one_that_cannot_be_imported_hides_no_other(site, tmp_path, monkeypatch, capsys):
    broken = tmp_path / "broken-1.0.dist-info"
    broken.mkdir()
    (broken / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1.0\n")
    (broken / "entry_points.txt").write_text(
        "[beamwright.systems]\nbroken = no_such_module\nnoma-isac = no_such_module\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    assert main(["list"]) == 0
    printed = capsys.readouterr().out
    assert "system broken must be importable from no_such_module" in printed and "matched-beams" in printed
    assert main(["show", "broken"]) == 2
    assert SYSTEMS["noma-isac"].name == "noma-isac"  # nobody takes a name of ours
