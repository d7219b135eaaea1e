"""Stable-Baselines3's DDPG on the NumPy twin: what one would do without a compiled environment (extra: rival)."""

from typing import Any

import gymnasium
import numpy as np
from stable_baselines3 import DDPG
from stable_baselines3.common.noise import NormalActionNoise
from stable_baselines3.common.vec_env import DummyVecEnv
from torch import set_num_threads

from benchmarks.learning.twin import Twin


class TwinEnv(gymnasium.Env):
    """The twin with Gymnasium's interface."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self.twin = Twin(*arguments, **options)
        size = len(self.twin.observe())
        self.observation_space = gymnasium.spaces.Box(-np.inf, np.inf, (size,), np.float32)
        self.action_space = gymnasium.spaces.Box(-1, 1, (self.twin.size,), np.float32)

    def reset(self, *, seed: int | None = None, options: dict | None = None) -> tuple[np.ndarray, dict]:
        """The first observation."""
        super().reset(seed=seed)
        return self.twin.reset().astype(np.float32), {}

    def step(self, action: np.ndarray) -> tuple[np.ndarray, float, bool, bool, dict]:
        """Observation, reward, terminated, truncated, info."""
        observation, reward, done = self.twin.step(action)
        return observation.astype(np.float32), reward, done, False, {}


def prepare(s: Any, known: Any, seed: int, worlds: int, updates: int) -> DDPG:
    """Networks, rates, batch and noise as ours; ``updates`` per step of all ``worlds``. One thread."""
    set_num_threads(1)
    env = DummyVecEnv([lambda: TwinEnv(s, known) for _ in range(worlds)])
    size = env.action_space.shape[0]
    return DDPG(
        "MlpPolicy", env, learning_rate=1e-3, buffer_size=50_000, learning_starts=1024, batch_size=128, tau=0.01,
        gamma=0.0, train_freq=1, gradient_steps=updates, seed=seed, device="cpu",
        action_noise=NormalActionNoise(np.zeros(size), 0.15 * np.ones(size)),
        policy_kwargs={"net_arch": [128, 128]},
    )  # fmt: skip


def score(model: DDPG, s: Any, known: Any) -> float:
    """Best reward of an episode without noise, as a utility."""
    judge = TwinEnv(s, known)
    observation, _ = judge.reset()
    rewards = []
    for _ in range(10):
        action, _ = model.predict(observation, deterministic=True)
        observation, reward, *_ = judge.step(action)
        rewards.append(reward)
    return max(rewards) / 0.3
