"""An environment with Gymnasium's interface, for anyone's agent (extra: gymnasium)."""

import jax
import numpy as np

from beamwright.core import extra
from beamwright.learn.environment import Environment
from beamwright.numerics import Tree

with extra("gymnasium"):
    import gymnasium


class GymnasiumEnvironment(gymnasium.Env[np.ndarray, np.ndarray]):
    """One world, compiled; ``info["score"]`` is what ``judge`` says of the action.

    Seeded by ``reset(seed=...)`` as Gymnasium has it: the same seed, the same sequence of episodes.
    """

    metadata: dict[str, object] = {"render_modes": []}

    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        size = (environment.observation_size,)
        self.observation_space = gymnasium.spaces.Box(-np.inf, np.inf, size, np.float64)
        self.action_space = gymnasium.spaces.Box(-1.0, 1.0, (environment.action_size,), np.float32)
        self._reset = jax.jit(lambda env, key: (state := env.reset(key), env.observe(state)))
        self._step = jax.jit(lambda env, state, action: (*env.step(state, action), env.judge(state, action)))
        self._state: Tree = None

    def reset(self, *, seed: int | None = None, options: dict[str, object] | None = None) -> tuple[np.ndarray, dict]:
        """First observation of an episode, and no information; ``options`` are not used."""
        super().reset(seed=seed)
        key = jax.random.key(int(self.np_random.integers(2**31)))
        self._state, observation = self._reset(self.environment, key)
        return np.asarray(observation), {}

    def step(self, action: np.ndarray) -> tuple[np.ndarray, float, bool, bool, dict[str, object]]:
        """Observation, reward, terminated, truncated, info."""
        self._state, out, score = self._step(self.environment, self._state, np.asarray(action, float))
        return np.asarray(out.observation), float(out.reward), bool(out.done), False, {"score": float(score)}
