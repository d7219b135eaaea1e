"""``train``: realisations in, a policy out; stopped at any moment, it goes on where it was."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any

import numpy as np
import pandas as pd
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from beamwright.cli.channels import Channels
from beamwright.cli.design import say_channels, with_angles
from beamwright.cli.design_files import output_folder, write_files
from beamwright.cli.errors import CommandError
from beamwright.cli.settings import find, split_settings
from beamwright.cli.tables import console, tell, values
from beamwright.core import Config, Learner, System
from beamwright.records import held
from beamwright.report.learning import draw_learning
from beamwright.report.style import render

DRAWN_DROPS = 4096
DRAW_EVERY_S = 10.0
"""Least time between two pictures of a curve that grows."""


@dataclass(frozen=True)
class TrainJob:
    """A training job, checked before anything is computed or written."""

    system: System
    learner: Learner
    scenario: Config
    options: Config


def resolve(
    system_name: str, agent: str, settings: Mapping[str, object], file: Path | None, conjugate: bool = True
) -> TrainJob:
    """Find the system and the agent, and give every setting its place.

    Raises: ValueError naming what is not known or out of range; CommandError where a system has no agents.
    """
    from beamwright.systems import SYSTEMS

    system = find("system", system_name, SYSTEMS)
    if not system.learners:
        able = ", ".join(name for name, one in SYSTEMS.items() if one.learners)
        raise CommandError(f"system {system.name} has no agents to train; these have: {able}")
    learner = find("agent", agent, system.learners)
    of_scenario, of_agent = split_settings(settings, system.scenario, learner.options)
    given = {**(system.scenario.read_yaml(file) if file else {}), **of_scenario}
    scenario = system.scenario(**with_angles(given, system.scenario, conjugate))
    return TrainJob(system, learner, scenario, learner.options(**of_agent))


def run_training(job: TrainJob, channels: Channels, folder: Path) -> Path:
    """Train into ``policy.eqx``, ``curve.csv``, ``.png``, ``.pdf``; the curve's files are written as it grows."""
    out = console()
    known = job.system.known(job.scenario, **channels.arrays)
    with output_folder(folder), held(folder):
        out.print(values(f"{job.system.name} scenario", job.scenario))
        out.print(values(f"--agent {job.learner.name}", job.options))
        say_channels(out, channels)
        bar = Progress(
            TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed} of {task.total} steps"),
            TimeRemainingColumn(), console=out, disable=not out.is_terminal,
        )  # fmt: skip
        drawn, table = time.monotonic(), pd.DataFrame()
        with bar:
            task = bar.add_task("learning", total=job.options.env_steps)  # type: ignore[attr-defined]

            def on_row(curve: Any) -> None:
                """The curve so far, on the screen and in the folder."""
                nonlocal drawn, table
                table = pd.DataFrame({name: np.asarray(getattr(curve, name)) for name in curve._fields})
                due = time.monotonic() - drawn >= DRAW_EVERY_S
                drawn = time.monotonic() if due else drawn
                _write(folder, table, job.learner.score if due else None)
                last = table.iloc[-1]
                words = f"{last.env_steps:.0f} steps: policy {last.score:.3f}, reward {last.reward:.3f}"
                bar.update(task, completed=int(last.env_steps), description=words)
                if not out.is_terminal:
                    out.print(words, highlight=False)

            job.learner.train(
                job.scenario, known, folder=folder, on_row=on_row, about={"channels": channels.notes},
                **dict(job.options),
            )  # fmt: skip
        _write(folder, table, job.learner.score)
    policy = folder / "policy.eqx"
    tell(out, f"written: {policy}, curve.csv, curve.png, curve.pdf")
    out.print(
        f"beamwright design {job.system.name} --method policy --checkpoint {policy}", markup=False, soft_wrap=True
    )
    return policy


def _write(folder: Path, table: pd.DataFrame, score: str | None) -> None:
    """The curve as numbers, and as pictures where its score has a label."""
    files = {"curve.csv": table.to_csv(index=False).encode()}
    if score is not None:
        figure = draw_learning(table, score)
        files |= {f"curve.{kind}": render(figure, kind) for kind in ("png", "pdf")}
    write_files(folder, {name: partial(_put, content) for name, content in files.items()})


def _put(content: bytes, file: IO[bytes]) -> None:
    file.write(content)
