"""Environment of a learning agent (spec cellfree, section 7): an action is a design, the reward its worst utility.

A channel stays for an episode and does not depend on what the agent does, so the reward is a function of channel and
action: a contextual bandit. Receive filters are closed forms, never part of an action.
"""

from typing import Literal, NamedTuple, get_args

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from beamwright.core import renamed, require
from beamwright.learn import Environment, Outcome
from beamwright.systems.cellfree import physics
from beamwright.systems.cellfree.learn.actions import Actions, Site, action_size, decode, observe, site_of
from beamwright.systems.cellfree.scene import Known, Radio, Scenario, checked

HORIZON = 10
REWARD = 0.3
"""Reward per unit of utility."""
Objective = Literal["robust", "nominal", "single", "joint"]
OBJECTIVES: tuple[str, ...] = get_args(Objective)


class State(NamedTuple):
    """State of one episode."""

    drop: Array
    """() index of the environment's drop."""
    tx: Array
    """(aps, tx antennas) positions."""
    rx: Array
    step: Array
    """() steps taken."""


class CellFree(Environment):
    """Episodes in one drop each, at random among the drops; with a single drop the channel is fixed.

    ``robust``   paid the least utility over no offsets and the vertices, with filters for all of them
    ``nominal``  paid the utility without offsets, with filters for that
    ``single``   paid the utility at one fixed vector of offsets per drop (the source's first baseline)
    ``joint``    as many numbers more per action are offsets, at which it is paid: as printed, the agent chooses what it
                 should fear, so it chooses what suits it (the source's second baseline)

    ``judge`` is the least utility over no offsets and the vertices for all of them, with filters of their own.
    """

    observation_size: int = eqx.field(static=True)
    action_size: int = eqx.field(static=True)
    horizon: int = eqx.field(static=True)
    radio: Radio = eqx.field(static=True)
    actions: Actions = eqx.field(static=True)
    objective: Objective = eqx.field(static=True)
    varying: bool = eqx.field(static=True)
    """Whether channels are observed, besides positions."""
    site: Site
    paths: physics.Paths
    """Arrays with a drops axis."""
    single: Array
    """(drops, aps) offsets in Hz of objective ``single``."""
    offsets: physics.OffsetScenarios
    """No offsets and the vertices."""

    def reset(self, key: Array) -> State:
        """A drop at random, antennas in the middle."""
        return State(jax.random.randint(key, (), 0, len(self.single)), self.site.tx, self.site.rx, jnp.array(0))

    def observe(self, state: State) -> Array:
        """Observation of a state, see ``actions.observe``."""
        return observe(self.radio, self.site, self._of(state), state.tx, state.rx, self.varying)

    def step(self, state: State, action: Array) -> tuple[State, Outcome]:
        """Antennas move to their new positions; the reward is the utility times ``REWARD``."""
        point, received, filters, own = self._evaluate(state, action)
        after = State(state.drop, point.tx, point.rx, state.step + 1)
        reward = REWARD * self._least(received, filters, own)
        return after, Outcome(self.observe(after), reward, after.step >= self.horizon)

    def judge(self, state: State, action: Array) -> Array:
        """Utility over no offsets and the vertices, not the reward."""
        _, received, filters, _ = self._evaluate(state, action)
        return self._least(received, filters, self.offsets)

    def design(self, state: State, action: Array) -> tuple[physics.Point, physics.Filters]:
        """Design of an action, with the policy's own filters."""
        point, _, filters, _ = self._evaluate(state, action)
        return point, filters

    def _of(self, state: State) -> physics.Paths:
        return physics.Paths(*(a[state.drop] for a in self.paths))

    def _evaluate(
        self, state: State, action: Array
    ) -> tuple[physics.Point, physics.ReceivedSignals, physics.Filters, physics.OffsetScenarios]:
        s, paths = self.radio, self._of(state)
        offsets = None
        if self.objective == "joint":
            action, chosen = action[: -s.aps], action[-s.aps :]
            offsets = jnp.clip(chosen, -1, 1) * self.site.range_hz / 2
        elif self.objective == "single":
            offsets = self.single[state.drop]
        elif self.objective == "nominal":
            offsets = jnp.zeros(s.aps)
        own = self.offsets if offsets is None else physics.offset_scenarios(s, offsets[None])
        point = decode(s, self.site, paths, action, self.actions)
        received = physics.received_signals(paths, point)
        count = len(own.phases.rho)
        return point, received, physics.closed_form_filters(s, received, own, jnp.full(count, 1 / count)), own

    def _least(
        self, received: physics.ReceivedSignals, filters: physics.Filters, over: physics.OffsetScenarios
    ) -> Array:
        filtered = physics.apply_filters(self.radio, received, filters)
        return jnp.min(physics.utility_at(self.radio, filtered, over.phases))


@renamed
def environment(
    scenario: Scenario,
    known: Known,
    actions: Actions = "structured",
    objective: Objective = "robust",
    single_hz: np.ndarray | None = None,
    varying: bool | None = None,
) -> CellFree:
    """Environment whose episodes take place in the drops of ``known``.

    Args:    actions see ``actions``, objective see ``CellFree``; single_hz (drops, aps) for objective ``single``;
             varying: channels are observed, by default where there are several drops.
    Raises:  ValueError naming the argument.
    """
    require(objective in OBJECTIVES, "objective", f"be one of {', '.join(OBJECTIVES)}", objective)
    known = checked(scenario, known)
    drops = len(known.echo_gain)
    require(drops >= 1, "known", "have at least one drop", drops)
    require((single_hz is not None) == (objective == "single"), "single_hz", "be given for objective single only",
            "it" if single_hz is not None else "nothing")  # fmt: skip
    single = np.zeros((drops, scenario.aps)) if single_hz is None else np.asarray(single_hz, float)
    require(single.shape == (drops, scenario.aps), "single_hz", f"have shape {(drops, scenario.aps)}", single.shape)
    return build_environment(
        scenario.radio, scenario.users, physics.paths_of(known), site_of(scenario), jnp.asarray(single), actions,
        objective, drops > 1 if varying is None else varying,
    )  # fmt: skip


def build_environment(
    radio: Radio, users: int, paths: physics.Paths, site: Site, single: Array, actions: Actions, objective: Objective,
    varying: bool,
) -> CellFree:  # fmt: skip
    """Environment from arrays alone, traceable."""
    paths, site = physics.Paths(*map(jnp.asarray, paths)), Site(*map(jnp.asarray, site))
    now = observe(radio, site, physics.Paths(*(a[0] for a in paths)), site.tx, site.rx, varying)
    more = radio.aps if objective == "joint" else 0
    return CellFree(
        observation_size=len(now),
        action_size=action_size(radio, users, actions) + more,
        horizon=HORIZON,
        radio=radio,
        actions=actions,
        objective=objective,
        varying=varying,
        site=site,
        paths=paths,
        single=single,
        offsets=physics.offset_scenarios(radio, site.range_hz * jnp.asarray(physics.candidates(radio.aps, 0))),
    )
