"""The model: what a user receives in its slot."""

import numpy as np

from matched_beams.scenario import Scenario


def snr(scenario: Scenario, h: np.ndarray, beams: np.ndarray) -> np.ndarray:
    """|h_k^H w_k|^2 / noise, (drops, users), for channels and beams (drops, users, antennas)."""
    return np.abs(np.sum(h.conj() * beams, axis=-1)) ** 2 / scenario.noise_power_w
