"""The scene as an agent meets it (spec cellfree, section 7): it acts, and is paid the worst utility it leaves.

A channel stays for an episode and does not depend on what the agent does, so the reward is a function of channel and
action: a contextual bandit. Receive filters are closed forms, never part of an action.
"""

from typing import Literal, NamedTuple, get_args

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from beamwright.core import require
from beamwright.learn import Environment, Outcome
from beamwright.systems.cellfree import model
from beamwright.systems.cellfree.actions import Actions, Site, action_size, decode, observe, site_of
from beamwright.systems.cellfree.known import checked, paths_of
from beamwright.systems.cellfree.model import Filters, Paths, Point
from beamwright.systems.cellfree.oracle import candidates, only_physics
from beamwright.systems.cellfree.results import Known
from beamwright.systems.cellfree.scenario import Scenario

HORIZON = 10
REWARD = 0.3
"""Reward per unit of utility."""
Objective = Literal["robust", "nominal", "single", "joint"]
OBJECTIVES: tuple[str, ...] = get_args(Objective)


class State(NamedTuple):
    """Of one episode."""

    drop: Array
    """() which of the environment's drops it takes place in."""
    tx: Array
    """(aps, tx antennas) where antennas are."""
    rx: Array
    step: Array
    """() steps taken."""


class CellFree(Environment):
    """Episodes in drops that are given, one of them at random each; with a single one the channel is fixed.

    ``robust``   paid the least utility over no offsets and the vertices, with filters for all of them
    ``nominal``  paid the utility without offsets, with filters for that
    ``single``   paid the utility at one vector of offsets per drop, which is given (the source's first baseline)
    ``joint``    as many numbers more per action are offsets, at which it is paid: as printed, the agent chooses what it
                 should fear, so it chooses what suits it (the source's second baseline)

    ``judge`` is the least utility over no offsets and the vertices for all of them, with filters of their own.
    """

    observation_size: int = eqx.field(static=True)
    action_size: int = eqx.field(static=True)
    horizon: int = eqx.field(static=True)
    physics: Scenario = eqx.field(static=True)
    actions: Actions = eqx.field(static=True)
    objective: Objective = eqx.field(static=True)
    varying: bool = eqx.field(static=True)
    """Whether channels are observed, besides positions."""
    site: Site
    paths: Paths
    """Arrays with a drops axis."""
    single: Array
    """(drops, aps) offsets in Hz of objective ``single``."""
    fears: model.Scenarios
    """No offsets and the vertices."""

    def reset(self, key: Array) -> State:
        """A drop at random, antennas in the middle."""
        return State(jax.random.randint(key, (), 0, len(self.single)), self.site.tx, self.site.rx, jnp.array(0))

    def observe(self, state: State) -> Array:
        """See ``actions.observe``."""
        return observe(self.physics, self.site, self._of(state), state.tx, state.rx, self.varying)

    def step(self, state: State, action: Array) -> tuple[State, Outcome]:
        """Antennas move there; the reward is the utility times ``REWARD``."""
        point, there, filters, own = self._designed(state, action)
        after = State(state.drop, point.tx, point.rx, state.step + 1)
        reward = REWARD * self._least(there, filters, own)
        return after, Outcome(self.observe(after), reward, after.step >= self.horizon)

    def judge(self, state: State, action: Array) -> Array:
        """Utility, not reward."""
        _, there, filters, _ = self._designed(state, action)
        return self._least(there, filters, self.fears)

    def design(self, state: State, action: Array) -> tuple[Point, Filters]:
        """What the action builds, with the policy's own filters."""
        point, _, filters, _ = self._designed(state, action)
        return point, filters

    def _of(self, state: State) -> Paths:
        return Paths(*(a[state.drop] for a in self.paths))

    def _designed(self, state: State, action: Array) -> tuple[Point, model.Air, Filters, model.Scenarios]:
        s, paths = self.physics, self._of(state)
        offsets = None
        if self.objective == "joint":
            action, chosen = action[: -s.aps], action[-s.aps :]
            offsets = jnp.clip(chosen, -1, 1) * self.site.range_hz / 2
        elif self.objective == "single":
            offsets = self.single[state.drop]
        elif self.objective == "nominal":
            offsets = jnp.zeros(s.aps)
        own = self.fears if offsets is None else model.scenarios_of(s, offsets[None])
        point = decode(s, self.site, paths, action, self.actions)
        there = model.air(paths, point)
        count = len(own.coherence)
        return point, there, model.best_filters(s, there, own, jnp.full(count, 1 / count)), own

    def _least(self, there: model.Air, filters: Filters, over: model.Scenarios) -> Array:
        s = self.physics
        return jnp.min(model.utility(s, model.ratios(s, model.through(s, there, filters), over.drift)))


def environment(
    s: Scenario,
    known: Known,
    actions: Actions = "structured",
    objective: Objective = "robust",
    single_hz: np.ndarray | None = None,
    varying: bool | None = None,
) -> CellFree:
    """The environment of drops.

    Args:    actions and objective as said above; single_hz (drops, aps) for objective ``single``; varying: channels are
             observed, by default where there are several drops.
    Raises:  ValueError naming the argument.
    """
    require(objective in OBJECTIVES, "objective", f"be one of {', '.join(OBJECTIVES)}", objective)
    known = checked(s, known)
    drops = len(known.echo_gain)
    require(drops >= 1, "known", "have at least one drop", drops)
    require((single_hz is not None) == (objective == "single"), "single_hz", "be given for objective single only",
            "it" if single_hz is not None else "nothing")  # fmt: skip
    single = np.zeros((drops, s.aps)) if single_hz is None else np.asarray(single_hz, float)
    require(single.shape == (drops, s.aps), "single_hz", f"have shape {(drops, s.aps)}", single.shape)
    return built(
        only_physics(s), s.users, paths_of(known), site_of(s), jnp.asarray(single), actions, objective,
        drops > 1 if varying is None else varying,
    )  # fmt: skip


def built(
    physics: Scenario, users: int, paths: Paths, site: Site, single: Array, actions: Actions, objective: Objective,
    varying: bool,
) -> CellFree:  # fmt: skip
    """From arrays alone, traceable."""
    paths, site = Paths(*map(jnp.asarray, paths)), Site(*map(jnp.asarray, site))
    now = observe(physics, site, Paths(*(a[0] for a in paths)), site.tx, site.rx, varying)
    more = physics.aps if objective == "joint" else 0
    return CellFree(
        observation_size=len(now),
        action_size=action_size(physics, users, actions) + more,
        horizon=HORIZON,
        physics=physics,
        actions=actions,
        objective=objective,
        varying=varying,
        site=site,
        paths=paths,
        single=single,
        fears=model.scenarios_of(physics, site.range_hz * jnp.asarray(candidates(physics.aps, 0))),
    )
