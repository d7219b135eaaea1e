"""What was lived through: a ring of transitions, from which batches are drawn with replacement."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import Array


class Transitions(NamedTuple):
    """A leading axis over transitions."""

    observation: Array
    action: Array
    reward: Array
    next_observation: Array
    """Without entries where no discount needs it."""
    done: Array


class Replay(NamedTuple):
    """The last ``capacity`` transitions."""

    kept: Transitions
    added: Array
    """() so far."""


def empty(capacity: int, observation_size: int, action_size: int, looks_ahead: bool) -> Replay:
    """Room for ``capacity`` transitions, in single precision."""
    ahead = observation_size if looks_ahead else 0
    shapes = (capacity, observation_size), (capacity, action_size), (capacity,), (capacity, ahead), (capacity,)
    return Replay(Transitions(*(jnp.zeros(shape, jnp.float32) for shape in shapes)), jnp.array(0))


def add(replay: Replay, new: Transitions) -> Replay:
    """The oldest make way, of the new ones too where they are more than there is room for."""
    capacity, count = len(replay.kept.reward), len(new.reward)
    places = (replay.added + jnp.arange(count)[-capacity:]) % capacity
    kept = jax.tree.map(lambda all, one: all.at[places].set(one[-capacity:].astype(all.dtype)), replay.kept, new)
    return Replay(kept, replay.added + count)


def sample(replay: Replay, key: Array, count: int) -> Transitions:
    """Drawn with replacement from what is there."""
    there = jnp.minimum(replay.added, len(replay.kept.reward))
    places = jax.random.randint(key, (count,), 0, jnp.maximum(there, 1))
    return jax.tree.map(lambda all: all[places], replay.kept)
