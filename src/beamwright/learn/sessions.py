"""Training that may be interrupted and resumed, with bitwise equal results."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import equinox as eqx
import numpy as np

from beamwright.core import require, root_key
from beamwright.learn import checkpoints
from beamwright.learn.agent import Agent, AgentOptions
from beamwright.learn.environment import Environment
from beamwright.learn.training import Row, advance, begin, judges, rows
from beamwright.numerics import Tree

STATE, POLICY = "state.eqx", "policy.eqx"
SAVE_EVERY_S = 5.0
"""Least time between two states on disk; what was computed since is computed again after a kill."""
SAVING_SHARE = 0.05
"""Largest share of the time that goes into saving: large states are saved less often."""


def run(
    agent: Agent,
    env: Environment,
    options: AgentOptions,
    seed: int,
    folder: Path | None,
    about: Mapping[str, object],
    on_row: Callable[[Row], None] = lambda _: None,
    save_every_s: float = SAVE_EVERY_S,
    actor: Tree | None = None,
) -> tuple[Tree, Row]:
    """Train, or resume a run of the same ``about`` that was stopped in this folder.

    Args:    folder of the files, none: nothing is kept; about: what the run is, plain data, and another run in the
             folder is refused; on_row gets the curve so far after every row; actor: trained before, to go on from.
    Returns: the actor, and the curve; ``policy.eqx`` holds the actor, ``state.eqx`` is there only until it does.
    Raises:  ValueError where the folder holds another run, or a damaged file.
    """
    key, judged = root_key(seed), judges(root_key(seed))
    first = eqx.filter_jit(lambda env, key, actor: begin(agent, env, options, key, actor))
    more = eqx.filter_jit(lambda env, state, judged: advance(agent, env, options, state, judged))
    state, curve = keep_going(
        first(env, key, actor), lambda state: more(env, state, judged), rows(agent, env, options)[0], folder, about,
        on_row, save_every_s,
    )  # fmt: skip
    finish(folder, about, state.actor)
    return state.actor, curve


def keep_going(
    state: Tree,
    more: Callable[[Tree], tuple[Tree, Row]],
    count: int,
    folder: Path | None,
    about: Mapping[str, object],
    on_row: Callable[[Row], None] = lambda _: None,
    save_every_s: float = SAVE_EVERY_S,
) -> tuple[Tree, Row]:
    """Last state and curve after ``count`` rows of ``more(state) -> (state, row)``; a run that was stopped goes on."""
    done, curve = 0, Row._make(np.full(count, np.nan) for _ in Row._fields)
    if folder is not None and (folder / STATE).is_file():
        known = checkpoints.read_about(folder / STATE)
        _same(folder / STATE, known, about)
        state, curve, done = checkpoints.load(folder / STATE, (state, curve, np.array(0)))
    saved, wait_s = time.monotonic(), save_every_s
    for row in range(int(done), count):
        state, latest = more(state)
        for kept, value in zip(curve, latest, strict=True):
            kept[row] = value  # type: ignore[index]
        on_row(Row._make(values[: row + 1] for values in curve))
        if folder is not None and (begun := time.monotonic()) - saved >= wait_s:
            checkpoints.save(folder / STATE, about, (state, curve, np.array(row + 1)))
            saved = time.monotonic()
            wait_s = max(save_every_s, (saved - begun) / SAVING_SHARE) if save_every_s else 0.0
    return state, curve


def finish(folder: Path | None, about: Mapping[str, object], actor: Tree) -> None:
    """Write the policy, and forget the state, where there is a folder."""
    if folder is not None:
        checkpoints.save(folder / POLICY, about, actor)
        (folder / STATE).unlink(missing_ok=True)


def policy_about(path: str | Path, system: str) -> tuple[Path, dict[str, Any]]:
    """Path and description of a policy's file (or of that in a folder). Raises ValueError if not for the system."""
    path = Path(path) / POLICY if Path(path).is_dir() else Path(path)
    about = checkpoints.read_about(path)
    require(about.get("system") == system, str(path), f"be a policy for {system}", about.get("system"))
    return path, about


def _same(path: Path, known: Mapping[str, object], about: Mapping[str, object]) -> None:
    differing = sorted(name for name in {*known, *about} if known.get(name) != about.get(name))
    if differing:
        raise ValueError(f"{path} must be of the same run to go on with it, got another {', '.join(differing)}")
