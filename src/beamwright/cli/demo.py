"""``demo``: the main job on real input, as the commands a user would type."""

import shlex
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from beamwright.cli.errors import CommandError
from beamwright.cli.tables import console
from beamwright.core.checkout import from_checkout

DATA = "examples/data/munich_3p5ghz_ula8.npz"
STUDIES = ("noma-isac/fig6", "noma-isac/fig7", "noma-isac/table1")


def play(run: Callable[[list[str]], object], out: Path, data: Path | None, groups: int, drops: int) -> Path:
    """Design for random user groups of ray-traced channels, verify, run small studies, write the page.

    Args:    run runs one command line; data the channel file (default: the one in the checkout).
    Returns: the page.
    Raises:  CommandError if there are no data, or if a command of the demo fails.
    """
    channels = data or from_checkout(DATA)
    if channels is None:
        raise CommandError(f"demo must find {DATA} in a checkout of the repository; name another file with --data")
    screen, start, page = console(), time.perf_counter(), out / "report.html"
    for words, command in _script(channels, out, page, groups, drops):
        screen.print(f"\n[bold]{words}[/bold]")
        screen.print(f"$ beamwright {shlex.join(command)}", markup=False, soft_wrap=True)
        if run(command) not in (None, 0):
            raise CommandError(f"demo: beamwright {shlex.join(command)} failed")
    screen.print(f"\nDone in {time.perf_counter() - start:.0f} s. Open {page}", soft_wrap=True)
    return page


def _script(channels: Path, out: Path, page: Path, groups: int, drops: int) -> Sequence[tuple[str, list[str]]]:
    """Each step in words, and its command. The noise is thermal, in 50 MHz with a noise figure of 7 dB."""
    source = ["--channels", str(channels), "--no-conjugate", "--drops", str(groups), "--seed", "1"]
    settings = ["--set", "noise_power_w=1e-12", "--set", "sinr_db=8", "--set", "csi_error=1e-7"]
    design = ["design", "noma-isac", "--method", "robust-min-power", *source, *settings]
    surface = ["design", "star-ris", "--method", "max-sum-rate", "--set", "precoder=wmmse", "--seed", "1"]
    surface += ["--drops", str(groups)]
    return (
        (
            f"Robust beams for {groups} random groups of users in a street scene of Munich, ray traced at 3.5 GHz",
            [*design, "--out", str(out / "design")],
        ),
        ("The certificates, recomputed from the file alone", ["verify", str(out / "design" / "design.npz")]),
        (
            "Surfaces and precoders of largest rate for random scenes, from channel statistics alone",
            [*surface, "--out", str(out / "surface")],
        ),
        ("Their certificates, recomputed from the file", ["verify", str(out / "surface" / "design.npz")]),
        (
            "Figures and a table of the paper on beams that also sense, with few channels",
            ["study", *STUDIES, "--drops", str(drops), "--out", str(out / "runs")],
        ),
        (
            "Where the power goes around a surface",
            ["study", "star-ris/map", "--drops", "1", "--out", str(out / "runs")],
        ),
        (
            "What a surface buys in a street of Munich, ray traced at 28 GHz",
            ["study", "star-ris/munich", "--drops", str(drops), "--out", str(out / "runs")],
        ),
        ("One page of it all", ["report", str(out / "runs"), "-o", str(page)]),
    )
