"""Paths at the boundary: anyone's arrays, checked and given their drops axis."""

from dataclasses import fields

import numpy as np

from beamwright.core import as_array, require
from beamwright.systems.cellfree.model import Paths, Point
from beamwright.systems.cellfree.results import Design, Geometry, Known
from beamwright.systems.cellfree.scenario import Scenario

AXES = {
    "uplink_gain": "drops users aps paths",
    "uplink_cosine": "drops users aps paths",
    "direct_gain": "drops aps aps paths",
    "direct_rx_cosine": "drops aps aps paths",
    "direct_tx_cosine": "drops aps aps paths",
    "echo_gain": "drops aps aps",
    "target_cosine": "drops aps",
}
"""Arrays a user may bring, with their axes; any number of paths per kind of link."""


def checked(s: Scenario, known: Known) -> Known:
    """The same paths as arrays with a drops axis.

    Raises: ValueError naming the array that is not finite, has a wrong shape, or holds a cosine beyond one.
    """
    values = {}
    for name, axes in AXES.items():
        array = np.asarray(getattr(known, name))
        array = array[None] if array.ndim == len(axes.split()) - 1 else array
        kind = complex if name.endswith("gain") else float
        values[name] = as_array(array, name, axes, kind, aps=s.aps, users=s.users)
        if kind is float:
            most = float(np.abs(values[name]).max(initial=0))
            require(most <= 1 + 1e-12, name, "hold cosines, at most 1 in modulus", f"{most:.6g}")
    drops = len(values["echo_gain"])
    for name, array in values.items():
        require(len(array) == drops, name, f"have {drops} drops like echo_gain", len(array))
    for gain, names in (("uplink_gain", ["uplink_cosine"]), ("direct_gain", ["direct_rx_cosine", "direct_tx_cosine"])):
        for name in names:
            shape = values[gain].shape
            require(values[name].shape == shape, name, f"have shape {shape} like {gain}", values[name].shape)
    numbers = np.arange(drops) if known.drop is None else np.atleast_1d(known.drop)
    require(numbers.shape == (drops,), "drop", f"have shape {(drops,)}", numbers.shape)
    return Known(**values, geometry=_geometry(known.geometry), drop=numbers)


def _geometry(given: Geometry | None) -> Geometry | None:
    if given is None:
        return None
    return Geometry(*(np.asarray(getattr(given, f.name), float) for f in fields(Geometry)))


def paths_of(known: Known) -> Paths:
    """For the model."""
    return Paths(*(getattr(known, name) for name in Paths._fields))


def point_of(s: Scenario, known: Known, x: Design) -> Point:
    """Positions, beams and powers of a design, checked for shape and numbers; a drops axis is given to a single one.

    Raises: ValueError naming the array.
    """
    drops = len(known.echo_gain)
    axes = {
        "tx_positions": ("drops aps tx_antennas", float), "rx_positions": ("drops aps rx_antennas", float),
        "beams": ("drops aps tx_antennas", complex), "powers_w": ("drops users", float),
    }  # fmt: skip
    values = []
    for name, (names, kind) in axes.items():
        array = np.asarray(getattr(x, name))
        array = array[None] if array.ndim == len(names.split()) - 1 else array
        sizes = {"drops": drops, "aps": s.aps, "users": s.users, "tx_antennas": s.tx_antennas}
        values.append(as_array(array, name, names, kind, **sizes, rx_antennas=s.rx_antennas))
    require(bool(np.all(values[3] >= 0)), "powers_w", "be >= 0", values[3].min(initial=0))
    return Point(*values)
