"""What agents learn: small perceptrons in single precision, whatever the precision of what they observe."""

from collections.abc import Sequence

import equinox as eqx
import jax
import jax.numpy as jnp
from jax import Array, nn

SPREAD = 0.7
"""Deviation of fresh proposals before tanh."""


class Network(eqx.Module):
    """Linear layers with rectifiers between them; all leaves are arrays."""

    layers: tuple[eqx.nn.Linear, ...]

    def __call__(self, x: Array) -> Array:
        """(outputs,) of (inputs,)."""
        x = x.astype(self.layers[0].weight.dtype)
        for layer in self.layers[:-1]:
            x = nn.relu(layer(x))
        return self.layers[-1](x)


def network(key: Array, sizes: Sequence[int]) -> Network:
    """Fresh weights, uniform within one over the root of the inputs."""
    keys = jax.random.split(key, len(sizes) - 1)
    pairs = zip(sizes[:-1], sizes[1:], keys, strict=True)
    return Network(tuple(eqx.nn.Linear(a, b, dtype=jnp.float32, key=k) for a, b, k in pairs))


class Policy(eqx.Module):
    """observation -> tanh(network): the deterministic actor."""

    network: Network

    def __call__(self, observation: Array, step: Array | int = 0) -> Array:
        """(action_size,) in (-1, 1), whatever the step of the episode."""
        return jnp.tanh(self.network(observation))


class Proposals(eqx.Module):
    """An actor with a proposal of its own for every step of an episode, of which the best one counts."""

    network: Network
    """To all proposals one after another."""
    count: int = eqx.field(static=True)

    def raw(self, observation: Array, step: Array) -> Array:
        """(action_size,) before tanh."""
        return self.network(observation).reshape(self.count, -1)[step % self.count]

    def __call__(self, observation: Array, step: Array | int = 0) -> Array:
        """(action_size,) in (-1, 1)."""
        return jnp.tanh(self.raw(observation, jnp.asarray(step)))


def actor_of(key: Array, observation_size: int, action_size: int, hidden: Sequence[int]) -> Policy:
    """An actor that has learnt nothing."""
    return Policy(network(key, (observation_size, *hidden, action_size)))


class Explorer(eqx.Module):
    """A Gaussian policy: the mean of an actor, and a deviation for each number of the action."""

    mean: Policy
    log_deviation: Array
    """(action_size,)."""

    def sample(self, observation: Array, key: Array) -> Array:
        """(action_size,) not clipped, so that its density is known."""
        noise = jax.random.normal(key, self.log_deviation.shape, self.log_deviation.dtype)
        return self.mean(observation) + jnp.exp(self.log_deviation) * noise

    def log_density(self, observation: Array, action: Array) -> Array:
        """() of an action that ``sample`` gave, up to a constant."""
        apart = (action - self.mean(observation)) * jnp.exp(-self.log_deviation)
        return -jnp.sum(0.5 * apart**2 + self.log_deviation)


def proposals_of(key: Array, observation_size: int, action_size: int, hidden: Sequence[int], count: int) -> Proposals:
    """Proposals that differ from the start: the last layer's offsets are spread."""
    weights, spread = jax.random.split(key)
    fresh = network(weights, (observation_size, *hidden, count * action_size))
    offsets = SPREAD * jax.random.normal(spread, (count * action_size,), jnp.float32)
    return Proposals(eqx.tree_at(lambda n: n.layers[-1].bias, fresh, offsets), count)
