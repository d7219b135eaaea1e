"""``demo``: the main job on real input, as the commands a user would type."""

import shlex
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from beamwright.cli.errors import INTERRUPTED, CommandError
from beamwright.cli.tables import console, tell
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
        tell(screen, f"$ beamwright {shlex.join(command)}")
        code = run(command)
        if code == INTERRUPTED:
            raise KeyboardInterrupt
        if code not in (None, 0):
            raise CommandError(f"demo: beamwright {shlex.join(command)} failed")
    tell(screen, f"\nDone in {time.perf_counter() - start:.0f} s. Open {page}")
    return page


def _script(channels: Path, out: Path, page: Path, groups: int, drops: int) -> Sequence[tuple[str, list[str]]]:
    """Steps of the demonstration in words, each with its command.

    Noise in the street is thermal, in 50 MHz with a noise figure of 7 dB; channels and angles are a simulator's.
    """
    street = ["--channels", str(channels), "--no-conjugate"]
    street += ["--set", "noise_power_w=1e-12", "--set", "sinr_db=8", "--set", "csi_error=1e-7"]

    def designed(words: str, system: str, method: str, *more: str) -> Sequence[tuple[str, list[str]]]:
        folder = out / system
        design = ["design", system, "--method", method, *more, "--drops", str(groups), "--seed", "1"]
        return (
            (words, [*design, "--out", str(folder)]),
            ("The certificates, recomputed from the file alone", ["verify", str(folder / "design.npz")]),
        )

    def studied(words: str, count: int, *names: str) -> tuple[str, list[str]]:
        return words, ["study", *names, "--drops", str(count), "--out", str(out / "runs")]

    return (
        ("What is in the file, and whether angles come out right", ["channels", "inspect", str(channels), street[2]]),
        *designed(
            f"Robust beams for {groups} random groups of users in a street scene of Munich, ray traced at 3.5 GHz",
            "noma-isac", "robust-min-power", *street,
        ),
        *designed(
            "Surfaces and precoders of largest rate for random scenes, from channel statistics alone",
            "star-ris", "max-sum-rate", "--set", "precoder=wmmse",
        ),
        *designed("A metasurface for users whose positions are known to 10 cm", "dma-noma", "robust"),
        *designed("Cell-free radar whose antennas move, for the worst carrier offsets", "cellfree", "robust"),
        studied("Figures and a table of the paper on beams that also sense, with few channels", drops, *STUDIES),
        studied("Where the power goes around a surface", 1, "star-ris/map"),
        studied("What a surface buys in a street of Munich, ray traced at 28 GHz", drops, "star-ris/munich"),
        studied("A beam that spares users wherever they may be, and one that does not", 1, "dma-noma/map"),
        studied("Beams and antennas of a cell-free radar, before and after", 1, "cellfree/map"),
        ("One page of it all", ["report", str(out / "runs"), "-o", str(page)]),
    )  # fmt: skip
