"""What is given: array, users, noise."""

from beamwright.core import Config, parameter, ranges


class Scenario(Config):
    """A base station that serves one user per slot."""

    antennas: int = parameter(4, "Transmit antennas", ge=1, le=4096)
    users: int = parameter(2, "Single-antenna users", ge=1, le=256)
    noise_power_w: float = parameter(0.01, "Noise power at every user", unit="W", **ranges.WATTS)
