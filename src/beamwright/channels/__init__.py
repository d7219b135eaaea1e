"""What lies between antennas: path loss and random channels, one key per drop."""

from beamwright.channels.path_loss import free_space_gain, inverse_gain
from beamwright.channels.rayleigh import rayleigh
from beamwright.channels.rician import rician_parts

__all__ = ["free_space_gain", "inverse_gain", "rayleigh", "rician_parts"]
