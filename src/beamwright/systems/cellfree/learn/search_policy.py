"""A search that was learnt: rates and temperatures that make a short search worth most, on channels of one kind.

    max over schedules   mean over channels   utility, by the oracle, of the best of a few starts after a few steps

by the cross-entropy method: a schedule is thirteen numbers, and the search has no slope in them worth having. It knows
no size, so that a schedule learnt on a small scene serves a large one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import jax
import numpy as np

from beamwright.core import USUAL, Config, guarded, parameter, ranges, require, root_key
from beamwright.learn import Row, checkpoints, sessions
from beamwright.optim import cross_entropy
from beamwright.systems.cellfree.learn.environment import REWARD
from beamwright.systems.cellfree.methods import certified_design
from beamwright.systems.cellfree.scene import (
    INPUTS,
    Design,
    Known,
    LearningCurve,
    Scenario,
    checked,
    design_bytes,
)
from beamwright.systems.cellfree.solve import Options, Schedule, coded, decoded, multistart, steps_by_schedule

AGENT = "search"
"""The name of the agent, in files and on the command line."""


class Search(Config):
    """Options of learning to search."""

    env_steps: int = parameter(700_000, "Steps of Adam, all that are taken in training", ge=1, le=10**12)
    starts: int = parameter(8, "Starts per channel of the search that is learnt", **ranges.STARTS)
    rounds: int = parameter(2, "Rounds of it, each with the best quarter of the one before", ge=1, le=1000)
    steps: int = parameter(120, "Steps of Adam per round; a third in the first", **ranges.ROUNDS)
    population: int = parameter(12, "Schedules that are compared in a generation", ge=3, le=10_000)
    channels: int = parameter(16, "Channels that they are compared on, others in every generation", ge=1, le=10**6)
    deviation: float = parameter(0.5, "Deviation of the first schedules' logarithms", ge=1e-6, le=10)
    seed: int = parameter(0, "Seed of the training; starts of drop i use fold_in(key(seed), i)", **ranges.SEED)


@dataclass(frozen=True)
class SearchPolicy:
    """A learnt schedule, the scenario it was learnt in, and the length of the search it was learnt for."""

    scenario: Scenario
    schedule: Schedule
    starts: int
    rounds: int
    steps: int

    @classmethod
    def load(cls, path: str | Path) -> "SearchPolicy":
        """Policy of a file ``policy.eqx``, or of its folder. Raises ValueError naming a file that is not one."""
        path, about = sessions.policy_about(path, "cellfree")
        require(about["agent"] == AGENT, str(path), f"be of agent {AGENT}", about["agent"])
        schedule = decoded(checkpoints.load(path, coded(Schedule())))
        length = (int(about["options"][name]) for name in ("starts", "rounds", "steps"))
        return cls(Scenario(**about["scenario"]), schedule, *length)


@guarded(Scenario, Search, design_bytes)
def train_search(
    scenario: Scenario,
    known: Known,
    folder: str | Path | None = None,
    env_steps: int = USUAL,
    starts: int = USUAL,
    rounds: int = USUAL,
    steps: int = USUAL,
    population: int = USUAL,
    channels: int = USUAL,
    deviation: float = USUAL,
    seed: int = USUAL,
    on_row: Callable[[Row], None] = lambda _: None,
    about: Mapping[str, object] | None = None,
) -> tuple[SearchPolicy, LearningCurve]:
    """Rates and temperatures learnt for a short search, by the cross-entropy method, one generation per row.

    Args:    starts, rounds and steps of the search, which leaves fixed arrays out; population schedules are compared on
             as many channels of ``known`` in a generation, from the same starts; deviation of the first ones about the
             optimiser's own, in logarithms; folder where files go, an interrupted training of the same kind goes on
             there; on_row gets the learning curve so far after every row; about: more that the files say of the run.
    Returns: the policy, and the curve (1, rows): reward of the generation's mean, score of the schedule in its middle
             on the first channels.
    Raises:  ValueError naming the argument, or a folder that holds another training.
    Source:  ours.
    """
    options = Search(
        env_steps=env_steps, starts=starts, rounds=rounds, steps=steps, population=population, channels=channels,
        deviation=deviation, seed=seed,
    )  # fmt: skip
    known = checked(scenario, known)
    drops = len(known.numbers)
    compared = min(channels, drops)
    each = (population + 1) * compared * steps_by_schedule(_length(options))
    require(env_steps >= each, "env_steps", f"be at least {each} (one generation)", env_steps)
    run = {
        **(about or {}), "system": "cellfree", "agent": AGENT, "scenario": scenario.model_dump(mode="json"),
        "channels_sha256": checkpoints.digest_of(getattr(known, name) for name in INPUTS),
        "options": options.model_dump(mode="json"),
    }  # fmt: skip
    key, first = root_key(seed), known.take(np.arange(compared))

    def worth(known: Known, numbers: np.ndarray) -> float:
        found = multistart(scenario, known, _length(options)._replace(schedule=decoded(numbers)))
        return float(found.trace[:, -1].mean())

    def generation(state: tuple[cross_entropy.Gaussian, np.ndarray]) -> tuple[object, Row]:
        gaussian, number = state
        choose, draw = jax.random.split(jax.random.fold_in(key, int(number)))
        some = known.take(np.asarray(jax.random.choice(choose, drops, (compared,), replace=False)))
        points = cross_entropy.samples(gaussian, draw, population)
        values = np.array([worth(some, point) for point in points])
        gaussian = cross_entropy.moved(gaussian, points, values)
        score = worth(first, gaussian.mean)
        row = Row((number + 1) * each, REWARD * values.mean(), np.nan, np.nan, score)  # type: ignore[arg-type]
        return (gaussian, number + 1), row

    middle = coded(Schedule())
    state = cross_entropy.Gaussian(middle, np.full(len(middle), deviation)), np.array(0)
    path = None if folder is None else Path(folder)
    (gaussian, _), rows = sessions.keep_going(state, generation, env_steps // each, path, run, on_row)
    sessions.finish(path, run, gaussian.mean)
    curve = LearningCurve(*(np.asarray(values)[None] for values in rows))
    return SearchPolicy(scenario, decoded(gaussian.mean), starts, rounds, steps), curve


def _length(options: Search) -> Options:
    return Options(starts=options.starts, rounds=options.rounds, steps=options.steps, seed=options.seed)


@guarded(Scenario, Search, design_bytes)
def design_by_search(
    scenario: Scenario, known: Known, policy: SearchPolicy, starts: int, rounds: int, steps: int, seed: int = USUAL
) -> Design:
    """Design by a learnt search of this length, never below silence; antennas move.

    Returns: Design, with its trace over rounds and steps of Adam.
    Raises:  ValueError naming the argument.
    """
    options = Options(starts=starts, rounds=rounds, steps=steps, seed=seed, schedule=policy.schedule)
    found = multistart(scenario, checked(scenario, known), options)
    return certified_design(scenario, known, found.point, found.filters, trace=found.trace, iterations=found.iterations)
