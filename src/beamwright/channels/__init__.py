"""What lies between antennas: random channels, one key per drop."""

from beamwright.channels.rayleigh import rayleigh

__all__ = ["rayleigh"]
