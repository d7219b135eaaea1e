"""Channels between antennas: path loss, random fading (one key per drop), and models that people bring."""

from beamwright.channels.field_response import arriving, departing, field_response, steering
from beamwright.channels.models import LINE_OF_SIGHT, ChannelModel, channels_named, register_channels
from beamwright.channels.path_loss import free_space_gain, inverse_gain, power_law
from beamwright.channels.rayleigh import rayleigh
from beamwright.channels.rician import rician_parts

__all__ = [
    "LINE_OF_SIGHT",
    "ChannelModel",
    "arriving",
    "channels_named",
    "departing",
    "field_response",
    "free_space_gain",
    "inverse_gain",
    "power_law",
    "rayleigh",
    "register_channels",
    "rician_parts",
    "steering",
]
