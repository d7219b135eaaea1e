"""The command line on a toy system: what it prints, writes and refuses is the same for every system."""

import json
import re
from dataclasses import dataclass, replace
from pathlib import Path

import jax
import numpy as np
import pytest
from cli_toy_system import TOY, certify
from toy_system import STUDY

import beamwright.studies
import beamwright.systems
from beamwright.cli import main
from beamwright.cli.demo import play
from beamwright.cli.errors import CommandError
from beamwright.cli.study import pace
from beamwright.core import ArrayRecord
from beamwright.core.program_cache import cache_folder
from beamwright.studies import Progress, registry


@pytest.fixture(autouse=True)
def toy(monkeypatch, tmp_path):
    monkeypatch.setattr(beamwright.systems, "SYSTEMS", {"toy": TOY})
    monkeypatch.setattr(beamwright.studies, "STUDIES", {STUDY.name: STUDY})
    monkeypatch.setenv("BEAMWRIGHT_CACHE_DIR", "off")
    monkeypatch.chdir(tmp_path)


def channels(path: Path, shape=(5, 2, 4)) -> np.ndarray:
    real, imaginary = np.random.default_rng(0).standard_normal((2, *shape))
    np.savez(path, h=real + 1j * imaginary)
    return real + 1j * imaginary


def refused(capsys, *argv: str) -> str:
    """The single line of a command that must end with exit code 2 and leave nothing behind."""
    before = sorted(Path().rglob("*"))
    capsys.readouterr()
    assert main(argv) == 2
    caught = capsys.readouterr()
    assert caught.err.count("\n") == 1 and caught.err.startswith("beamwright: ")
    assert "Traceback" not in caught.out + caught.err
    assert sorted(Path().rglob("*")) == before
    return caught.err


def test_design_from_a_file_writes_arrays_and_summary(capsys):
    h = channels(Path("h.npz"))
    assert main(["design", "toy", "--channels", "h.npz", "--set", "snr_db=5", "--out", "a/b"]) == 0
    printed = capsys.readouterr().out
    assert "snr_db" in printed and "J (W)" in printed and "5 optimal" in printed
    with np.load("a/b/design.npz", allow_pickle=False) as arrays:
        assert arrays["format_version"] == 3
        assert np.array_equal(arrays["h"], h)
        power = 10**0.5 * 0.01 / np.sum(np.abs(h) ** 2, -1)
        assert np.allclose(arrays["objective_w"], power.sum(-1), rtol=1e-12)
        assert np.array_equal(arrays["certificate.objective_w"], arrays["objective_w"])
    said = json.loads(Path("a/b/design.json").read_text())
    assert said["scenario"] == {"antennas": 4, "users": 2, "noise_power_w": 0.01, "angles_deg": [-60.0, 60.0]}
    assert (said["system"], said["method"], said["options"]) == ("toy", "matched", {"snr_db": 5.0})
    assert said["summary"]["status"] == {"optimal": 5}
    assert said["certificate"]["gap"]["max"] < 1e-12
    assert {"beamwright", "jax", "numpy", "python"} <= set(said["versions"]) and isinstance(said["programs"], list)
    assert [path.name for path in sorted(Path("a/b").iterdir())] == ["design.json", "design.npz"]


def test_drawn_channels_depend_on_seed_and_drop_only():
    for name, drops, seed in (("few", "3", "1"), ("many", "6", "1"), ("other", "3", "2")):
        assert main(["design", "toy", "--drops", drops, "--seed", seed, "--out", name]) == 0
    few, many, other = (np.load(f"{name}/design.npz")["h"] for name in ("few", "many", "other"))
    assert np.array_equal(few, many[:3]) and not np.array_equal(few, other)


def test_set_wins_over_the_scenario_file_and_both_are_stored():
    Path("s.yaml").write_text("users: 3\nnoise_power_w: 1e-3\n")
    arguments = ["--scenario", "s.yaml", "--set", "antennas=6", "--set", "noise_power_w=2e-3"]
    assert main(["design", "toy", *arguments, "--out", "out"]) == 0
    scenario = json.loads(Path("out/design.json").read_text())["scenario"]
    assert (scenario["users"], scenario["antennas"], scenario["noise_power_w"]) == (3, 6, 2e-3)


def test_list_and_show_name_everything(capsys):
    assert main(["list"]) == 0
    listed = capsys.readouterr().out
    assert all(word in listed for word in ("toy", "matched", "Matched beams at least power", "nobody, 1900"))
    assert main(["show", "toy"]) == 0
    shown = capsys.readouterr().out
    assert all(word in shown for word in ("noise_power_w", "W", "> 0", "snr_db", "dB", "<= 60", "drops users antennas"))


def test_study_resumes_and_report_shows_it(capsys):
    command = ["study", "toy/power", "--drops", "20", "--seed", "3", "--out", "records"]
    assert main([*command, "--chunk", "8"]) == 0
    first = capsys.readouterr().out
    assert "100 designs computed" in first and "found in the store" not in first
    assert main([*command, "--chunk", "8"]) == 0
    assert "0 designs computed" in (again := capsys.readouterr().out) and "100 found in the store" in again
    assert main(["report", "records", "-o", "page.html"]) == 0
    assert "Power of a matched filter" in Path("page.html").read_text()


def test_study_and_report_refuse_what_is_not_there(capsys):
    assert "did you mean toy/power?" in refused(capsys, "study", "toy/powr")
    assert "--drops" in refused(capsys, "study", "toy/power", "--drops", "0")
    Path("file").write_text("in the way")
    assert "file" in refused(capsys, "study", "toy/power", "--out", "file/runs")
    assert "at least one study" in refused(capsys, "report", "nowhere")


def test_demo_is_commands_that_exist(tmp_path, capsys):
    typed = []
    Path("h.npz").touch()
    page = play(typed.append, Path("demo"), Path("h.npz"), groups=5, drops=2)
    words = ["channels", *["design", "verify"] * 4, *["study"] * 5, "report"]
    assert [command[0] for command in typed] == words
    assert page == Path("demo/report.html") and str(page) in capsys.readouterr().out
    for command in typed:
        if command[0] == "study":
            assert set(command[1 : command.index("--drops")]) <= set(registry.STUDIES)
    with pytest.raises(CommandError, match="demo: beamwright verify .* failed"):
        play(lambda command: int(command[0] == "verify"), Path("demo"), Path("h.npz"), groups=5, drops=2)
    with pytest.raises(KeyboardInterrupt):
        play(lambda command: 130, Path("demo"), Path("h.npz"), groups=5, drops=2)


def test_demo_and_bench_outside_a_checkout_say_so(capsys, monkeypatch):
    monkeypatch.setattr("beamwright.core.checkout.ROOT", Path("/nowhere/lib"))
    assert "--data" in refused(capsys, "demo")
    assert "checkout" in refused(capsys, "bench", "--quick")


@dataclass(frozen=True)
class Bare(ArrayRecord):
    status: np.ndarray

    @property
    def violations(self):
        return {}


def test_doctor_examines_any_system_and_one_that_fails_hides_no_other(capsys, monkeypatch):
    bare = replace(TOY, certify=lambda s, h, d: Bare(d.status))
    monkeypatch.setattr(beamwright.systems, "SYSTEMS", {"bare": bare, "toy": TOY})
    assert main(["doctor"]) == 0
    rows = capsys.readouterr().out
    assert re.search(r"bare, tiny design +optimal, \d", rows) and re.search(r"toy, .* worst sinr_violation \d", rows)
    failing = replace(TOY, methods={"broken": TOY.methods["broken"]})
    monkeypatch.setattr(beamwright.systems, "SYSTEMS", {"failing": failing, "toy": TOY})
    assert main(["doctor"]) == 1
    rows = capsys.readouterr().out
    assert re.search(r"failing, tiny design +IndexError: ", rows) and "toy, tiny design" in rows


def test_cache_follows_option_environment_and_convention(monkeypatch, tmp_path):
    for name in ("BEAMWRIGHT_CACHE_DIR", "JAX_COMPILATION_CACHE_DIR", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    places = []
    for name, value in (("", ""), ("XDG_CACHE_HOME", "xdg"), ("JAX_COMPILATION_CACHE_DIR", "jax")):
        if name:
            monkeypatch.setenv(name, value)
        places.append(cache_folder())
    monkeypatch.setenv("BEAMWRIGHT_CACHE_DIR", "ours")
    places += [cache_folder(), cache_folder("chosen"), cache_folder("off")]
    roots = [place if place is None else place if place.name == "jax" else place.parent for place in places]
    default = tmp_path / ".cache" / "beamwright"
    assert roots == [default, Path("xdg/beamwright"), Path("jax"), Path("ours"), Path("chosen"), None]


def test_pace_says_how_long_it_takes():
    now = Progress("toy", designs=1200, reused=200, computed=100, failed=0, seconds=4.0)
    assert pace(now) == "300/1200 designs, 25.0/s, 36 s left"
    assert pace(replace(now, computed=10)) == "210/1200 designs, 2.5/s, 6 min 36 s left"
    assert pace(replace(now, computed=0)) == "200/1200 designs"


def test_verify_accepts_what_design_wrote_also_on_its_own(capsys, tmp_path):
    assert main(["design", "toy", "--out", "out"]) == 0
    assert main(["verify", "out"]) == 0
    Path("out/design.npz").rename("moved.npz")
    assert main(["verify", "moved.npz"]) == 0
    assert "WRONG" not in capsys.readouterr().out


def rewrite(path: str, change) -> None:
    """The file with changed arrays and an honest digest: only the mathematics can find the change."""
    from beamwright.cli.design_files import digest_of

    with np.load(path, allow_pickle=False) as archive:
        arrays = dict(archive)
    change(arrays)
    contents = {k: v for k, v in arrays.items() if k not in ("format_version", "digest", "about")}
    arrays["digest"] = np.array(digest_of(contents, json.loads(str(arrays["about"]))))
    np.savez(path, **arrays)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("beams", "objective_w"),
        ("multipliers", "bound_w"),
        ("h", "sinr_violation"),
        ("objective_w", "objective_w"),
        ("status", "status"),
        ("certificate.bound_w", "certificate.bound_w"),
    ],
)
def test_verify_rejects_one_changed_entry(name, line, capsys):
    assert main(["design", "toy", "--out", "out"]) == 0

    def change(arrays):
        arrays[name] = arrays[name].copy()
        arrays[name].flat[3] = arrays[name].flat[3] * (1 - 1e-5) if name != "status" else 4

    rewrite("out/design.npz", change)
    capsys.readouterr()
    assert main(["verify", "out/design.npz"]) == 1
    caught = capsys.readouterr()
    assert line in caught.err and "WRONG" in caught.out and caught.err.count("\n") == 1


def test_verify_rejects_changed_bits_that_no_formula_sees(capsys):
    assert main(["design", "toy", "--out", "out"]) == 0
    with np.load("out/design.npz") as archive:
        arrays = dict(archive)
    arrays["order"] = arrays["order"][:, ::-1]
    np.savez("out/design.npz", **arrays)
    assert main(["verify", "out"]) == 1
    assert "contents: altered since written" in capsys.readouterr().err


def test_verify_rejects_what_the_arrays_do_not_say_beside_them(capsys):
    assert main(["design", "toy", "--out", "out"]) == 0
    path = Path("out/design.json")
    whole = path.read_text()
    for old, new, said in (
        ('"noise_power_w": 0.01', '"noise_power_w": 0.02', "another scenario"),
        ('"accepted": 10', '"accepted": 11', "another summary"),
        ('"optimal": 10', '"stationary": 10', "another summary"),
        ('"seed": 0', '"seed": 1', "another channels"),
        ('"gap": {', '"rank": {', "another certificate"),
    ):
        path.write_text(whole.replace(old, new))
        assert main(["verify", "out"]) == 1
        assert f"design.json: {said}" in capsys.readouterr().err
    path.write_text(whole.replace('"numpy": "', '"numpy": "1'))
    assert main(["verify", "out"]) == 0
    assert "design.json: programs, seconds, versions" in capsys.readouterr().out
    path.write_text("[" * 100_000)
    assert "damaged" in refused(capsys, "verify", "out")


def about(change):
    """A change of what the file says of itself."""

    def changed(arrays):
        said = json.loads(str(arrays["about"]))
        change(said)
        arrays["about"] = np.array(json.dumps(said))

    return changed


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (lambda a: a.update(extra=np.ones(10)), "hold arrays of channels and design only, got extra"),
        (lambda a: a.pop("order"), "order must be among the arrays"),
        (lambda a: a.pop("h"), "no h"),
        (lambda a: a.update(beams=a["beams"].astype(str)), "beams must hold numbers"),
        (lambda a: a.update(order=a["order"][:3]), "order must lead with 10 drops"),
        (lambda a: a.update(beams=a["beams"] * np.nan), "beams must be finite where a design is promised"),
        (lambda a: a.update(order=a["order"][:, ::-1]), "order, as the options say"),
        (about(lambda said: said["options"].update(snr_db=9.0)), "snr_target, as the options say"),
        (about(lambda said: said["options"].update(invented=1)), "invented is not a parameter"),
        (about(lambda said: said["options"].clear()), "options must hold every value"),
        (about(lambda said: said["scenario"].update(users=3)), "h must have 3 users"),
        (about(lambda said: said.update(method="broken")), "snr_db is not a parameter"),
        (about(lambda said: said.update(author="somebody")), "about must hold system, method"),
        (about(lambda said: said["channels"].update(seed=1)), "h, drawn again"),
        (about(lambda said: said["channels"].update(seed="x")), "channels: seed must be a whole number"),
    ],
)
def test_verify_rejects_what_does_not_belong_together(change, line, capsys):
    assert main(["design", "toy", "--out", "out"]) == 0
    rewrite("out/design.npz", change)
    Path("out/design.json").unlink()
    capsys.readouterr()
    assert main(["verify", "out"]) == 1
    assert line in capsys.readouterr().err


def test_verify_names_what_it_cannot_confirm(capsys):
    channels(Path("h.npz"))
    assert main(["design", "toy", "--channels", "h.npz", "--out", "out"]) == 0
    rewrite("out/design.npz", about(lambda said: said["scenario"].update(angles_deg=[1.0])))
    Path("out/design.json").unlink()
    capsys.readouterr()
    assert main(["verify", "out"]) == 0
    said = capsys.readouterr().out
    assert "info   scenario: angles_deg" in said and "info   method: matched" in said and "who made the file" in said


def test_verify_is_strict_about_drops_when_asked_to(capsys):
    assert main(["design", "toy", "--out", "out"]) == 0
    assert main(["verify", "out", "--strict"]) == 0

    def weaken(arrays):  # a design that says itself that it is none
        beams = 0.9 * arrays["beams"]
        design = TOY.design.from_arrays({**arrays, "beams": beams})
        found = certify(TOY.scenario(), arrays["h"], design).to_arrays()
        arrays |= {"beams": beams, **{f"certificate.{name}": array for name, array in found.items()}}
        arrays |= {name: found[name] for name in ("objective_w", "bound_w", "status")}

    rewrite("out/design.npz", weaken)
    Path("out/design.json").unlink()
    capsys.readouterr()
    assert main(["verify", "out"]) == 0
    assert "10 stalled: 0 of 10 accepted" in capsys.readouterr().out
    assert main(["verify", "out", "--strict"]) == 1
    assert "drops: 10 stalled" in capsys.readouterr().err


def test_unknown_names_are_refused_with_the_nearest(capsys):
    assert "noise_power_w" in refused(capsys, "design", "toy", "--set", "noise_powr_w=1")
    assert "did you mean matched?" in refused(capsys, "design", "toy", "--method", "matchd")
    assert "known: toy" in refused(capsys, "show", "nothing")
    assert "--chanels" in refused(capsys, "design", "toy", "--chanels", "h.npz")
    assert "'desing'" in refused(capsys, "desing")


def test_bad_values_are_refused(capsys):
    assert "noise_power_w must be > 0, got -1" in refused(capsys, "design", "toy", "--set", "noise_power_w=-1")
    assert "snr_db must be <= 60, got 61" in refused(capsys, "design", "toy", "--set", "snr_db=61")
    assert "NAME=VALUE" in refused(capsys, "design", "toy", "--set", "snr_db")
    assert "twice" in refused(capsys, "design", "toy", "--set", "snr_db=1", "--set", "snr_db=2")
    assert "--set snr_db must be YAML" in refused(capsys, "design", "toy", "--set", "snr_db=[1")
    assert "snr_db" in refused(capsys, "design", "toy", "--set", "snr_db=")
    assert "--channels" in refused(capsys, "design", "toy", "--no-conjugate")


def test_bad_scenario_files_are_refused(capsys):
    assert "s.yaml: No such file" in refused(capsys, "design", "toy", "--scenario", "s.yaml")
    for text, words in {
        "users: [1": "s.yaml must be YAML",
        "- 1": "must hold a mapping",
        "!!python/object/apply:os.getcwd []": "s.yaml must be YAML",
        "userz: 3": "userz is not a parameter",
        "\0": "s.yaml must be YAML",
    }.items():
        Path("s.yaml").write_text(text)
        assert words in refused(capsys, "design", "toy", "--scenario", "s.yaml")
    Path("s.yaml").write_bytes(b"users: \xff\xfe")
    assert "s.yaml" in refused(capsys, "design", "toy", "--scenario", "s.yaml")


def test_bad_channel_files_are_refused(capsys):
    channels(Path("h.npz"))
    assert "nowhere.npz must be a file" in refused(capsys, "design", "toy", "--channels", "nowhere.npz")
    assert "no variable 'H'" in refused(capsys, "design", "toy", "--channels", "h.npz", "--variable", "H")
    assert "--set users=2" in refused(capsys, "design", "toy", "--channels", "h.npz", "--set", "users=3")
    np.savez("nan.npz", h=np.full((2, 4), np.nan))
    assert "h must be finite" in refused(capsys, "design", "toy", "--channels", "nan.npz")


def test_damaged_design_files_are_refused(capsys):
    assert main(["design", "toy", "--out", "out"]) == 0
    capsys.readouterr()
    whole = Path("out/design.npz").read_bytes()
    for name, data in {"cut.npz": whole[:500], "empty.npz": b"", "text.npz": b"not an archive"}.items():
        Path(name).write_bytes(data)
        assert name in refused(capsys, "verify", name)
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 0xFF
    Path("flipped.npz").write_bytes(flipped)
    assert main(["verify", "flipped.npz"]) in (1, 2)
    np.savez("other.npz", h=np.ones(3))
    assert "must be a file written by beamwright design" in refused(capsys, "verify", "other.npz")


def test_unwritable_output_leaves_nothing(capsys):
    Path("file").write_text("in the way")
    assert "file" in refused(capsys, "design", "toy", "--out", "file/out")
    assert Path("file").read_text() == "in the way"


def test_a_failing_write_keeps_the_old_design(capsys, monkeypatch):
    """Half a pair must not replace a whole one: here the second of the two files cannot be written."""
    assert main(["design", "toy", "--out", "out"]) == 0
    old = {path.name: path.read_bytes() for path in Path("out").iterdir()}
    capsys.readouterr()
    with monkeypatch.context() as patched:
        patched.setattr("beamwright.cli.design_files.os.fsync", full_disk_at_second_call())
        assert "No space left" in refused(capsys, "design", "toy", "--seed", "5", "--out", "out")
    assert {path.name: path.read_bytes() for path in Path("out").iterdir()} == old


def full_disk_at_second_call():
    calls = []

    def fsync(handle: int) -> None:
        calls.append(handle)
        if len(calls) == 2:
            raise OSError(28, "No space left on device", "out/design.json")

    return fsync


def test_a_bug_is_one_line_and_a_traceback_on_request(capsys):
    assert main(["design", "toy", "--method", "broken", "--out", "out"]) == 70
    caught = capsys.readouterr()
    assert caught.err.count("\n") == 1 and "internal error, IndexError" in caught.err
    assert not Path("out").exists()
    assert main(["--debug", "design", "toy", "--method", "broken", "--out", "out"]) == 70
    assert "Traceback" in capsys.readouterr().err


def test_interruption_is_one_line(capsys, monkeypatch):
    def interrupt(*arguments) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("beamwright.studies.run", interrupt)
    assert main(["study", "toy/power"]) == 130
    assert capsys.readouterr().err == "beamwright: interrupted\n"


def test_certificate_of_the_toy_is_right():
    """The toy must be a fair example: its bound is attained, and a weaker beam is found out."""
    drawn = TOY.draw(TOY.scenario(), jax.random.key(0), 4)
    design = TOY.methods["matched"](TOY.scenario(), drawn.known)
    assert np.all(design.certificate.gap < 1e-12)
    weak = type(design)(**{**design.__dict__, "beams": 0.99 * design.beams})
    assert np.all(certify(TOY.scenario(), drawn.known, weak).sinr_violation > 1e-2)
