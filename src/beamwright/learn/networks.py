"""Networks of agents: small perceptrons in single precision, whatever the precision of their inputs."""

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
        """Outputs (outputs,) of inputs (inputs,)."""
        x = x.astype(self.layers[0].weight.dtype)
        for layer in self.layers[:-1]:
            x = nn.relu(layer(x))
        return self.layers[-1](x)


def network(key: Array, sizes: Sequence[int]) -> Network:
    """Network with random weights, uniform within one over the root of the inputs."""
    keys = jax.random.split(key, len(sizes) - 1)
    pairs = zip(sizes[:-1], sizes[1:], keys, strict=True)
    return Network(tuple(eqx.nn.Linear(a, b, dtype=jnp.float32, key=k) for a, b, k in pairs))


class Policy(eqx.Module):
    """Deterministic actor tanh(network(observation))."""

    network: Network

    def __call__(self, observation: Array, step: Array | int = 0) -> Array:
        """Action (action_size,) in (-1, 1), whatever the step of the episode."""
        return jnp.tanh(self.network(observation))


class Proposals(eqx.Module):
    """Actor with a separate proposal for every step of an episode, of which the best one counts."""

    network: Network
    """Outputs are all proposals one after another."""
    count: int = eqx.field(static=True)

    def raw(self, observation: Array, step: Array) -> Array:
        """Action (action_size,) before tanh."""
        return self.network(observation).reshape(self.count, -1)[step % self.count]

    def __call__(self, observation: Array, step: Array | int = 0) -> Array:
        """Action (action_size,) in (-1, 1)."""
        return jnp.tanh(self.raw(observation, jnp.asarray(step)))


def actor_of(key: Array, observation_size: int, action_size: int, hidden: Sequence[int]) -> Policy:
    """Untrained actor."""
    return Policy(network(key, (observation_size, *hidden, action_size)))


class Explorer(eqx.Module):
    """Gaussian policy with an actor's mean and a deviation for each entry of the action."""

    mean: Policy
    log_deviation: Array
    """(action_size,)."""

    def sample(self, observation: Array, key: Array) -> Array:
        """Action (action_size,), not clipped, so that its density is known."""
        noise = jax.random.normal(key, self.log_deviation.shape, self.log_deviation.dtype)
        return self.mean(observation) + jnp.exp(self.log_deviation) * noise

    def log_density(self, observation: Array, action: Array) -> Array:
        """Log-density () of a sampled action, up to a constant."""
        apart = (action - self.mean(observation)) * jnp.exp(-self.log_deviation)
        return -jnp.sum(0.5 * apart**2 + self.log_deviation)


def proposals_of(key: Array, observation_size: int, action_size: int, hidden: Sequence[int], count: int) -> Proposals:
    """Untrained proposals that differ, since the last layer's offsets are spread."""
    weights, spread = jax.random.split(key)
    fresh = network(weights, (observation_size, *hidden, count * action_size))
    offsets = SPREAD * jax.random.normal(spread, (count * action_size,), jnp.float32)
    return Proposals(eqx.tree_at(lambda n: n.layers[-1].bias, fresh, offsets), count)
