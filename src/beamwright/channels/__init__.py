"""Channels between antennas: path loss and random fading, one key per drop."""

from beamwright.channels.field_response import arriving, departing, field_response, steering
from beamwright.channels.path_loss import free_space_gain, inverse_gain, power_law
from beamwright.channels.rayleigh import rayleigh
from beamwright.channels.rician import rician_parts

__all__ = [
    "arriving",
    "departing",
    "field_response",
    "free_space_gain",
    "inverse_gain",
    "power_law",
    "rayleigh",
    "rician_parts",
    "steering",
]
