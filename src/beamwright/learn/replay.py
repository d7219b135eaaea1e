"""Replay buffer: a ring of transitions, from which batches are drawn with replacement."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import Array


class Transitions(NamedTuple):
    """Transitions; arrays have a leading axis over them."""

    observation: Array
    action: Array
    reward: Array
    next_observation: Array
    """Empty where no discount needs it."""
    done: Array


class Replay(NamedTuple):
    """Buffer of the last ``capacity`` transitions."""

    kept: Transitions
    added: Array
    """() number of transitions added so far."""


def empty(capacity: int, observation_size: int, action_size: int, looks_ahead: bool) -> Replay:
    """Empty buffer for ``capacity`` transitions, in single precision."""
    ahead = observation_size if looks_ahead else 0
    shapes = (capacity, observation_size), (capacity, action_size), (capacity,), (capacity, ahead), (capacity,)
    return Replay(Transitions(*(jnp.zeros(shape, jnp.float32) for shape in shapes)), jnp.array(0))


def add(replay: Replay, new: Transitions) -> Replay:
    """Buffer with new transitions in place of the oldest; of too many new ones the last are kept."""
    capacity, count = len(replay.kept.reward), len(new.reward)
    places = (replay.added + jnp.arange(count)[-capacity:]) % capacity
    kept = jax.tree.map(lambda all, one: all.at[places].set(one[-capacity:].astype(all.dtype)), replay.kept, new)
    return Replay(kept, replay.added + count)


def sample(replay: Replay, key: Array, count: int) -> Transitions:
    """Batch drawn with replacement from the stored transitions."""
    stored = jnp.minimum(replay.added, len(replay.kept.reward))
    places = jax.random.randint(key, (count,), 0, jnp.maximum(stored, 1))
    return jax.tree.map(lambda all: all[places], replay.kept)
