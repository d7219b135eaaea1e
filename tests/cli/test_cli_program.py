"""The program and its surroundings: consoles, pipes and signals cost neither work nor words. On the toy system."""

import io
import os
import signal
import subprocess
import sys
import warnings
from dataclasses import replace
from pathlib import Path

import pytest
from cli_toy_system import TOY
from toy_system import STUDY

import beamwright.studies
import beamwright.systems
from beamwright.cli import main
from beamwright.cli.screen import Screen
from beamwright.report.page import Section

TITLE = "“Matched” beams, π ≤ 4"
"""Letters that old consoles lack."""


@pytest.fixture(autouse=True)
def toy(monkeypatch, tmp_path):
    monkeypatch.setattr(beamwright.systems, "SYSTEMS", {"toy": replace(TOY, title=TITLE)})
    monkeypatch.setattr(beamwright.studies, "STUDIES", {STUDY.name: STUDY})
    monkeypatch.setenv("BEAMWRIGHT_CACHE_DIR", "off")
    monkeypatch.chdir(tmp_path)


def closed_pipe() -> io.TextIOWrapper:
    """The writing end of ``| true``."""
    read, write = os.pipe()
    os.close(read)
    return open(write, "w")


COMMANDS = {
    "list": (["list"], None),
    "design": (["design", "toy", "--drops", "2", "--out", "out"], "out/design.npz"),
    "verify": (["verify", "made"], None),
    "study": (["study", "toy/power", "--drops", "2", "--out", "runs"], "runs/toy/power/study.json"),
    "report": (["report", "made-runs", "-o", "page.html"], "page.html"),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_nobody_has_to_read_to_the_end(name, monkeypatch, capsys):
    """A closed pipe is no error, a full disk is one, and either way the work is done and kept."""
    assert main(["design", "toy", "--drops", "2", "--out", "made"]) == 0
    if name == "report":
        assert main(["study", "toy/power", "--drops", "2", "--out", "made-runs"]) == 0
        monkeypatch.setattr(sys.modules["beamwright.report.write"], "write_study", Section)
    command, made = COMMANDS[name]
    capsys.readouterr()
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stdout", closed_pipe())
        assert main(command) == 0
        assert made is None or Path(made).stat().st_size
    assert capsys.readouterr().err == ""
    if made is not None:
        Path(made).unlink()
    if not Path("/dev/full").exists():
        return
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stdout", open("/dev/full", "w"))  # noqa: SIM115
        assert main(command) == 2
        assert made is None or Path(made).stat().st_size
    assert "No space left on device; files are written as asked\n" in capsys.readouterr().err


@pytest.mark.parametrize("encoding", ["cp437", "latin-1", "ascii"])
def test_a_console_without_our_letters_shows_everything_else(encoding, monkeypatch):
    shown = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(shown, encoding=encoding))
    assert main(["list"]) == 0
    assert main(["design", "toy", "--drops", "2", "--out", "Канал[/b]"]) == 0
    sys.stdout.flush()
    text = shown.getvalue().decode(encoding)
    assert all(word in text for word in ("?Matched? beams", "toy/power", "written: ?????[/b]"))
    assert Path("Канал[/b]/design.npz").exists()
    assert main(["verify", "Канал[/b]"]) == 0


def test_a_screen_is_its_stream_while_that_works():
    stream = io.StringIO()
    screen = Screen(stream)
    assert screen.write("π") == 1 and stream.getvalue() == "π" and not screen.isatty() and screen.writable()


def test_warnings_of_libraries_stay_inside(monkeypatch, capsys, recwarn):
    def study(*arguments):
        warnings.warn("divide by zero", RuntimeWarning, stacklevel=1)

    monkeypatch.setattr("beamwright.cli.study.run_studies", study)
    assert main(["study", "toy/power"]) == 0
    assert capsys.readouterr().err == "" and not recwarn
    assert main(["--debug", "study", "toy/power"]) == 0
    assert len(recwarn) == 1


PROGRAM = """
import signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # jobs in a shell's background ignore it from their start
import beamwright.cli.app
from beamwright.cli import main, signals

class Deaf:
    def __del__(self):  # as a callback of the compiler: what is raised here is lost
        time.sleep(60)

def work(*arguments, **options):
    print("at work", flush=True)
    while SWALLOWS:
        Deaf()
    time.sleep(60)

signals.GRACE_S = 0.5
beamwright.cli.app.app = work
sys.exit(main())
"""


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("swallows", [False, True])
@pytest.mark.parametrize(("number", "word"), [(signal.SIGINT, "interrupted"), (signal.SIGTERM, "terminated")])
def test_told_to_end_the_program_ends_with_one_line(number, word, swallows):
    """Also where somebody else's code swallows what Ctrl-C raises, or a compiler does not come back in time."""
    code = PROGRAM.replace("SWALLOWS", str(swallows))
    run = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert run.stdout.readline() == "at work\n"
    run.send_signal(number)
    out, err = run.communicate(timeout=120)
    assert (run.returncode, out, err) == (128 + number, "", f"beamwright: {word}\n")
