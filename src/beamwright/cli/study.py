"""``study`` and ``report``: records of a paper's figure, and the page that shows them."""

from collections.abc import Sequence
from pathlib import Path

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from beamwright import studies
from beamwright.cli.settings import find
from beamwright.cli.tables import console, tell


def run_studies(names: Sequence[str], drops: int | None, seed: int, workers: int, chunk: int | None, out: Path) -> None:
    """Run studies one after the other (or what is missing of them), with a live bar: designs, rate, time left.

    Raises: ValueError naming a study that is not known, before any is run.
    """
    chosen = [find("study", name, studies.STUDIES) for name in names]
    screen = console()
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TextColumn("{task.fields[pace]}"))
    with Progress(*columns, TimeElapsedColumn(), console=screen) as bar:
        for study in chosen:
            last, task = None, bar.add_task(study.name, total=1.0, pace="")

            def show(now: studies.Progress, task=task) -> None:
                nonlocal last
                last = now
                bar.update(task, completed=now.fraction, pace=pace(now))

            folder = studies.run(study, out, drops, seed, workers, chunk, show)
            if last is not None:
                tell(bar.console, f"{study.name}: {_account(last)}; records in {folder}")
    tell(screen, f"a page of them: beamwright report {out} -o report.html")


def pace(now: studies.Progress) -> str:
    """``320/1200 designs, 41.2/s, 21 s left``: what stands beside the bar."""
    done = f"{now.reused + now.computed}/{now.designs} designs"
    if now.seconds_left is None:
        return done
    minutes, seconds = divmod(round(now.seconds_left), 60)
    return f"{done}, {now.rate:.1f}/s, {f'{minutes} min ' if minutes else ''}{seconds} s left"


def _account(now: studies.Progress) -> str:
    """Summary of a run: parts computed and found, designs that failed."""
    words = [f"{now.computed} designs computed in {now.seconds:.1f} s"]
    words += [f"{now.reused} found in the store"] if now.reused else []
    words += [f"{now.damaged} damaged parts of the store among them"] if now.damaged else []
    words += [f"{now.retried} chunks tried again since a worker process ended"] if now.retried else []
    words += [f"{now.failed} infeasible, stalled or with a rank gap"] if now.failed else []
    return ", ".join(words)
