"""``design``: channels in, certified beams out."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

from beamwright import __version__
from beamwright.cli.channels import ChannelFile, Channels, read_channels
from beamwright.cli.design_files import output_folder, plain, save_design
from beamwright.cli.settings import find, split_settings
from beamwright.cli.summary import summarise
from beamwright.cli.tables import console, records, show, tell, values
from beamwright.core import Config, Method, System, require, root_key
from beamwright.numerics import programs_used
from beamwright.records import versions

DRAWN_DROPS = 10


@dataclass(frozen=True)
class DesignJob:
    """A design job, checked and resolved before anything is computed or written."""

    system: System
    method: Method
    scenario: Config
    options: Config

    @property
    def about(self) -> dict[str, object]:
        """Description that is stored with the arrays; channels come on top."""
        return {
            "system": self.system.name,
            "method": self.method.name,
            "options": self.options.model_dump(mode="json"),
            "scenario": self.scenario.model_dump(mode="json"),
        }


def resolve(
    system_name: str,
    method_name: str | None,
    settings: Mapping[str, object],
    file: Path | None,
    checkpoint: Path | None = None,
    conjugate: bool = True,
) -> DesignJob:
    """Find the system and the method, and give every setting its place. ``settings`` win over the scenario file.

    A policy that was trained brings its scenario, over which both win, and is for method ``policy``. Channels that are
    conjugated from ``h^T w`` (``conjugate`` false) have the angles of their simulator, unless a setting says otherwise.

    Raises: ValueError naming what is not known or out of range; OSError if the file cannot be read.
    """
    from beamwright.systems import SYSTEMS

    system = find("system", system_name, SYSTEMS)
    trained: dict[str, Any] = {}
    if checkpoint is not None:
        from beamwright.learn import sessions

        trained = sessions.policy_about(checkpoint, system.name)[1]["scenario"]
        settings = {**settings, "checkpoint": str(checkpoint)}
    usual = "policy" if checkpoint is not None else next(iter(system.methods))
    method = find("method", method_name or usual, system.methods)
    of_scenario, of_method = split_settings(settings, system.scenario, method.options)
    given = {**trained, **(system.scenario.read_yaml(file) if file else {}), **of_scenario}
    scenario = system.scenario(**with_angles(given, system.scenario, conjugate))
    return DesignJob(system, method, scenario, method.options(**of_method))


def obtain_channels(
    system: System, scenario: Config, source: ChannelFile | None, drops: int | None, seed: int
) -> Channels:
    """Channels from the file, or drawn where there is none. Raises ValueError for a file that does not fit."""
    require(drops is None or drops >= 1, "--drops", "be >= 1", drops)
    if source is not None:
        sizes = {axis: getattr(scenario, axis) for axis in _axes(system) if hasattr(scenario, axis)} | {"xyz": 3}
        settable = frozenset(sizes) & frozenset(type(scenario).model_fields)
        inputs = {name: given.sized(sizes) for name, given in system.channels.items()}
        found = read_channels(source, inputs, sizes, drops, seed, settable)
        return replace(found, notes=found.notes | _angles(scenario))

    known = system.draw(scenario, root_key(seed), drops or DRAWN_DROPS).known
    return Channels(named_channels(system, known), {"drawn": drops or DRAWN_DROPS, "seed": seed})


def with_angles(given: Mapping[str, object], scenario: type[Config], conjugate: bool) -> dict[str, object]:
    """The settings, with ``steering_sign`` -1 for channels conjugated from ``h^T w`` where nobody says otherwise."""
    turned = not conjugate and "steering_sign" in scenario.model_fields
    return {"steering_sign": -1, **given} if turned else dict(given)


def _angles(scenario: Config) -> dict[str, object]:
    sign = getattr(scenario, "steering_sign", None)
    return {} if sign is None else {"steering_sign": sign}


def run_design(job: DesignJob, channels: Channels, folder: Path, rows: int = 10) -> Path:
    """Design, write ``design.npz`` and ``design.json`` into the folder, print what a person wants to know."""
    out = console()
    known = job.system.known(job.scenario, **channels.arrays)
    with output_folder(folder):
        out.print(values(f"{job.system.name} scenario", job.scenario))
        out.print(values(f"--method {job.method.name}", job.options))
        say_channels(out, channels)
        start = time.perf_counter()
        design = job.method(job.scenario, known, **dict(job.options))
        seconds = time.perf_counter() - start
        made_with = {"beamwright": __version__, **versions()}
        summary = summarise(design)
        report = {**summary, "seconds": seconds, "versions": made_with, "programs": programs_used()}
        about = {**job.about, "channels": plain({**channels.notes, "remarks": channels.remarks})}
        save_design(folder, {**named_channels(job.system, known), **design.to_arrays()}, about, report)
    lines = job.system.headline(job.scenario, design)
    out.print(records("drops", lines[:rows]))
    if len(lines) > rows:
        out.print(f"... and {len(lines) - rows} more drops (--rows shows them)")
    found = ", ".join(f"{count} {name}" for name, count in summary["summary"]["status"].items())
    out.print(f"{len(lines)} drops in {seconds:.2f} s: {found}")
    hint = job.system.hint(job.scenario, known, design) if job.system.hint else ""
    if hint:
        out.print(f"hint: {hint}", markup=False, soft_wrap=True)
    out.print(
        f"written: {folder / 'design.npz'} and design.json; beamwright verify checks them", markup=False, soft_wrap=True
    )
    return folder / "design.npz"


def say_channels(out: Console, channels: Channels) -> None:
    """Print the source of the channels and what was done to them."""
    tell(out, f"channels: {_words(channels.notes)}")
    for remark in channels.remarks:
        tell(out, f"note: {remark}")


def _words(notes: Mapping[str, object]) -> str:
    """``file street.npz, variables h=H_est, ...``."""
    pairs = {
        k: " ".join(f"{a}={show(b)}" for a, b in v.items()) if isinstance(v, dict) else v for k, v in notes.items()
    }
    return ", ".join(f"{name} {text}" for name, text in pairs.items())


def _axes(system: System) -> set[str]:
    return {axis for given in system.channels.values() for axis in given.axes.split() if axis != "drops"}


def named_channels(system: System, known: object) -> dict[str, np.ndarray]:
    """Arrays of the designer's knowledge by name: a system may hand out one array, a mapping or a record of them."""
    if isinstance(known, Mapping):
        return {name: np.asarray(known[name]) for name in system.channels}
    return {name: np.asarray(getattr(known, name, known)) for name in system.channels}
