"""Channels of a system from the arrays of a file: axes, convention, user groups, scale."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from beamwright.cli.axes import Want, arranged, is_ambiguous
from beamwright.cli.misfits import misfit
from beamwright.cli.naming import read_named
from beamwright.cli.pools import draw_groups, find_blocked, has_users, without_blocked
from beamwright.cli.variables import opened
from beamwright.core import Input, require

Inputs = Mapping[str, Input]
Arrays = dict[str, np.ndarray]


@dataclass(frozen=True)
class ChannelFile:
    """A channel file and its conventions."""

    path: Path
    variables: Mapping[str, str] = field(default_factory=dict)
    """Name in the file by name of the channel; one that is not listed keeps its own. ``REAL,IMAGINARY`` joins two."""
    conjugate: bool = True
    """True: a user receives ``h^H w`` (the convention of this library). False: ``h^T w``, no conjugate."""
    transpose: bool = False
    """Reverse the axes after reading."""
    normalise: bool = False
    """Scale all amplitudes by one factor, so that the mean of ``|h|^2`` over all entries of the file is one."""
    axes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """The order of the axes in the file by name of the channel, where it is not the documented one."""
    skip_blocked: bool = False
    """Leave out users without a channel, or the drops that have such users."""


@dataclass(frozen=True)
class Channels:
    """Channels ready for a system, with what was done to them in words."""

    arrays: Arrays
    notes: dict[str, object]
    remarks: tuple[str, ...] = ()
    """Remarks for the person who brought them."""


def read_channels(
    source: ChannelFile,
    inputs: Inputs,
    sizes: Mapping[str, int],
    groups: int | None = None,
    seed: int = 0,
    settable: frozenset[str] | None = None,
) -> Channels:
    """Read every array of a system, e.g. ``sizes={"users": 3, "antennas": 8}``; ``settable``: those that --set changes.

    An array may leave out the leading ``drops`` axis: it is the same in all drops, or, with ``groups``, a pool of users
    from which ``groups`` random groups of ``sizes["users"]`` are taken (group i depends on ``seed`` and i only).

    Returns: arrays (drops, ...), amplitudes complex in the library's convention, everything else as it is in the file.
    Raises:  ValueError naming the file and the variable, the axis, or the entry that is wrong, and what reads it.
    """
    _require_meaning(source, inputs, groups)
    notes: dict[str, object] = {"file": source.path.name, "variables": {n: source.variables.get(n, n) for n in inputs}}
    if source.axes:
        notes["axes"] = {name: " ".join(order) for name, order in source.axes.items()}
    remarks: list[str] = []
    arrays = _shaped(source, inputs, sizes, groups is not None, frozenset(sizes) if settable is None else settable)
    arrays = _typed(arrays, source, inputs, notes, remarks)
    arrays = _served(arrays, source, inputs, notes, remarks)
    if source.normalise:
        arrays = _scaled(arrays, inputs, notes, remarks)
    if groups is not None:
        arrays = draw_groups(arrays, inputs, sizes["users"], groups, seed)
        notes |= {"groups": groups, "seed": seed}
    elif source.skip_blocked:
        _require_all_users(arrays, inputs, sizes["users"])
    return Channels(_batched(arrays, inputs), notes, tuple(remarks))


def _require_meaning(source: ChannelFile, inputs: Inputs, groups: int | None) -> None:
    """Options that touch amplitudes, or users, must find some that they may touch."""
    names = ", ".join(inputs)
    amplitudes = [name for name, given in inputs.items() if given.kind == "amplitude"]
    powers = [name for name, given in inputs.items() if given.kind == "power"]
    units = {inputs[name].unit for name in amplitudes} - {""}
    users, conjugated = any(map(has_users, inputs.values())), any(given.conjugated for given in inputs.values())
    for used, allowed, option, rule, remedy in (
        (not source.conjugate, conjugated, "--no-conjugate", "come with channels that act as h^H w", ""),
        (source.normalise, amplitudes, "--normalise", "come with amplitudes of channels", ""),
        (source.normalise, not powers, "--normalise", "not come with powers in the same file, whose scale it is",
         ": only the ratio of power to noise counts"),
        (source.normalise, not units, "--normalise", f"not come with amplitudes in {', '.join(units)}, which hold the "
         "noise", ", and divide plain amplitudes in the file by the square root of the noise power in W"),
        (groups is not None, users, "--drops", "come with channels of users, to draw groups of",
         ": all drops of the file are taken"),
        (source.skip_blocked, users, "--skip-blocked", "come with channels of users", ""),
    ):  # fmt: skip
        require(not used or bool(allowed), option, rule, f"the arrays {names}", f"Leave it out{remedy}")


def _shaped(
    source: ChannelFile, inputs: Inputs, sizes: Mapping[str, int], pool: bool, settable: frozenset[str]
) -> Arrays:
    """Every array with its axes in order. Raises ValueError with the options that read those that do not fit."""
    with opened(source.path) as tree:
        raw = read_named(tree, source.path, source.variables, inputs)
    free = pool or source.skip_blocked  # of how many users there must be
    known = {axis: size for axis, size in sizes.items() if not (free and axis == "users")}
    wants = {name: Want(name, given, known, pool) for name, given in inputs.items()}
    turned = {name: array.T if source.transpose else array for name, array in raw.items()}
    found = {name: arranged(turned[name], wants[name], source.axes.get(name)) for name in inputs}
    wrong = [name for name, array in found.items()
             if array is None or (name not in source.axes and is_ambiguous(turned[name], wants[name]))]  # fmt: skip
    if wrong:
        instead = [option for option, used in (("--transpose", source.transpose), ("--axes", source.axes)) if used]
        raise ValueError(misfit(raw, turned, {name: wants[name] for name in wrong}, source.axes, instead, settable))
    return _spread({name: array for name, array in found.items() if array is not None}, inputs, sizes)


def _spread(arrays: Arrays, inputs: Inputs, sizes: Mapping[str, int]) -> Arrays:
    """One number for all users becomes one for each of the users that the file has."""
    counts = {array.shape[given.axes.split().index("users") - len(given.axes.split())]: name
              for name, given in inputs.items() if has_users(given) and not given.spread
              for array in (arrays[name],)}  # fmt: skip
    require(len(counts) <= 1, "users", "be as many in every array of the file", {n: c for c, n in counts.items()})
    sizes = {**sizes, "users": next(iter(counts), 0)}
    for name, given in inputs.items():
        names = given.axes.split()
        if given.spread:
            lead = arrays[name].shape[:1] if arrays[name].ndim == len(names) else ()
            arrays[name] = np.broadcast_to(arrays[name], (*lead, *(sizes[axis] for axis in names if axis != "drops")))
    return arrays


def _typed(arrays: Arrays, source: ChannelFile, inputs: Inputs, notes: dict[str, object], remarks: list[str]) -> Arrays:
    """Amplitudes complex, in the convention of the library; everything else real, as it is."""
    if any(given.conjugated for given in inputs.values()):
        notes["convention"] = "h^H w" if source.conjugate else "h^T w in the file, conjugated to h^H w"
    real = [name for name, given in inputs.items() if given.kind == "amplitude" and arrays[name].dtype.kind != "c"]
    if real:
        remarks.append(f"{', '.join(real)} real in the file: taken as channels without an imaginary part")
    typed = {}
    for name, given in inputs.items():
        array = arrays[name]
        if given.kind != "logical":
            require(array.dtype.kind != "b", name, "be numbers", "true/false")
        if given.kind != "amplitude":
            require(
                array.dtype.kind != "c" or not np.any(array.imag), name, f"be real ({given.kind})", "complex numbers"
            )
            array = np.real(array)
        array = array.astype(complex if given.kind == "amplitude" else float)
        typed[name] = array.conj() if given.conjugated and not source.conjugate else array
    return typed


def _served(
    arrays: Arrays, source: ChannelFile, inputs: Inputs, notes: dict[str, object], remarks: list[str]
) -> Arrays:
    """Without blocked users where that is asked for; nothing else in the file is NaN."""
    blocked = find_blocked(arrays, inputs)
    if blocked:
        notes["blocked"] = blocked.words
        what = "drops with blocked users" if blocked.drops else "blocked users"
        if source.skip_blocked:
            arrays = without_blocked(arrays, inputs, blocked)
            remarks.append(f"{what} left out: no channel for {blocked.words}")
        else:
            remedy = f"--skip-blocked leaves out {what}"
            names = ", ".join(name for name, given in inputs.items() if given.kind == "amplitude" and has_users(given))
            require(blocked.zero, names, "be finite", f"NaN for {blocked.words}", remedy)
            remarks.append(f"blocked, channel zero: {blocked.words}; none of them can be served. {remedy}")
    for name, given in inputs.items():
        bad = np.argwhere(np.isnan(arrays[name]) if given.infinite else ~np.isfinite(arrays[name]))
        first = f"{arrays[name][tuple(bad[0])]} at index {bad[:1].tolist()}" if len(bad) else ""
        require(not len(bad), name, "be finite" if not given.infinite else "be a number", first)
    return arrays


def _scaled(arrays: Arrays, inputs: Inputs, notes: dict[str, object], remarks: list[str]) -> Arrays:
    """All amplitudes times the one factor that makes the mean of ``|h|^2`` over all their entries one."""
    names = [name for name, given in inputs.items() if given.kind == "amplitude"]
    gains = np.concatenate([np.abs(arrays[name].ravel()) ** 2 for name in names])
    gain = float(np.mean(gains)) if gains.size else 0.0
    require(gain > 0, ", ".join(names), "have an entry that is not zero, to be normalised", "none")
    notes["scale"] = gain**-0.5
    remarks.append(f"{', '.join(names)} times {gain**-0.5:.6g} (--normalise), one factor for the whole file; noise and "
                   "powers stay in W")  # fmt: skip
    return arrays | {name: arrays[name] * gain**-0.5 for name in names}


def _require_all_users(arrays: Arrays, inputs: Inputs, users: int) -> None:
    name, given = next((name, given) for name, given in inputs.items() if has_users(given))
    names = given.axes.split()
    left = arrays[name].shape[names.index("users") - len(names)]
    remedy = f"Try --set users={left}, or --drops N for random groups of users"
    require(left == users, "users", f"be the {left} that are left in the file", users, remedy)


def _batched(arrays: Arrays, inputs: Inputs) -> Arrays:
    """Every array with its drops axis: what has none is the same in all drops."""
    lacks = {name: arrays[name].ndim < len(given.axes.split()) for name, given in inputs.items()}
    drops = max((len(array) for name, array in arrays.items() if not lacks[name]), default=1)
    batched: Arrays = {}
    for name, given in inputs.items():
        array = arrays[name][None] if lacks[name] else arrays[name]
        require(len(array) in (drops, 1) if lacks[name] or given.spread else len(array) == drops, name,
                f"have {drops} drops like the other arrays", len(array))  # fmt: skip
        require(drops > 0, name, "have at least one drop", f"shape {array.shape}")
        batched[name] = np.ascontiguousarray(np.broadcast_to(array, (drops, *array.shape[1:]))).astype(given.dtype)
    return batched
