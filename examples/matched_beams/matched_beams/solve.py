"""How beams are found: along the channels, with just the power that is needed."""

import numpy as np

from matched_beams.scenario import Scenario


def matched(scenario: Scenario, h: np.ndarray, snr_target: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Beams (drops, users, antennas) of least power, and multipliers (drops, users): target * noise / |h|^2."""
    gain = np.sum(np.abs(h) ** 2, axis=-1)
    power_w = np.divide(snr_target * scenario.noise_power_w, gain, out=np.full(gain.shape, np.nan), where=gain > 0)
    return np.sqrt(np.divide(power_w, gain, out=power_w.copy(), where=gain > 0))[..., None] * h, power_w
