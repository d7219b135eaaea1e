"""Paths at the boundary: anyone's arrays, checked and given their drops axis."""

from dataclasses import fields

import numpy as np

from beamwright.core import Input, as_array, known_of, numbers, plain_array, require
from beamwright.systems.cellfree.model import Paths, Point
from beamwright.systems.cellfree.results import Design, Geometry, Known
from beamwright.systems.cellfree.scenario import Scenario


def _gain(axes: str) -> Input:
    """Amplitudes of paths relative to the noise, as they are received: y = H x, nothing is conjugated."""
    return Input(axes, "amplitude", "1/sqrt(W)")


INPUTS = {
    "uplink_gain": _gain("drops users aps paths"),
    "uplink_cosine": Input("drops users aps paths", "real"),
    "direct_gain": _gain("drops aps aps paths"),
    "direct_rx_cosine": Input("drops aps aps paths", "real"),
    "direct_tx_cosine": Input("drops aps aps paths", "real"),
    "echo_gain": _gain("drops aps aps"),
    "target_cosine": Input("drops aps", "real"),
}
"""Arrays a user may bring; any number of paths per kind of link."""


def checked(s: Scenario, known: Known) -> Known:
    """The same paths as arrays with a drops axis.

    Raises: ValueError naming the array that is not finite, has a wrong shape, or holds a cosine beyond one.
    """
    known = known_of(known, Known)
    values = {}
    for name, given in INPUTS.items():
        array = plain_array(getattr(known, name), name)
        array = array[None] if array.ndim == len(given.axes.split()) - 1 else array
        values[name] = as_array(array, name, given.axes, given.dtype, aps=s.aps, users=s.users)
        if given.kind == "real":
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
    return Geometry(*(numbers(getattr(given, f.name), f.name) for f in fields(Geometry)))


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
        array = plain_array(getattr(x, name), name)
        array = array[None] if array.ndim == len(names.split()) - 1 else array
        sizes = {"drops": drops, "aps": s.aps, "users": s.users, "tx_antennas": s.tx_antennas}
        values.append(as_array(array, name, names, kind, **sizes, rx_antennas=s.rx_antennas))
    require(bool(np.all(values[3] >= 0)), "powers_w", "be >= 0", values[3].min(initial=0))
    return Point(*values)
