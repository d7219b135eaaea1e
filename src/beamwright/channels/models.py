"""Channel models of people's own, by name: a scenario and a file hold the name, a person brings the code.

Code is registered in the process, or comes with an installed package that declares it under the entry point
``beamwright.channels``. Nothing is imported because a file names it.
"""

from collections.abc import Callable
from importlib.metadata import entry_points
from typing import Any

import numpy as np

from beamwright.core import require
from beamwright.core.ranges import brief

ChannelModel = Callable[[Any, np.ndarray], np.ndarray]
"""``model(scenario, positions_m)``: positions (positions, 3) in m -> channels (positions, antennas)."""
LINE_OF_SIGHT = "line-of-sight"
"""Name of the model that needs nobody's code."""
_registered: dict[str, ChannelModel] = {}


def register_channels(name: str, model: ChannelModel) -> None:
    """Give a channel model its name in this process, for ``Scenario(channel_model=name)``; a second one replaces it.

    Raises: ValueError where the name is that of the line of sight, empty or no text, or the model cannot be called.
    """
    named = isinstance(name, str) and bool(name.strip()) and name != LINE_OF_SIGHT
    require(named, "name", f"be a text that says more than nothing, and not {LINE_OF_SIGHT}", brief(name))
    require(callable(model), "model", "be a function of (scenario, positions_m)", brief(model))
    _registered[name] = model


def channels_named(name: str) -> ChannelModel:
    """The model of a name. Raises ValueError, naming ``channel_model``, where nobody brought it."""
    if name in _registered:
        return _registered[name]
    brought = {entry.name: entry for entry in entry_points(group="beamwright.channels")}
    known = ", ".join([LINE_OF_SIGHT, *sorted({*_registered, *brought})])
    remedy = "Bring it: register_channels(name, function), or install the package that has it"
    require(name in brought, "channel_model", f"be one of {known}", brief(name), remedy)
    try:
        model: ChannelModel = brought[name].load()
    except Exception as error:  # somebody else's package
        found = f"{type(error).__name__}: {error}"
        raise ValueError(f"channel_model {name} must be importable, got {found}. Mend the package") from error
    return model
