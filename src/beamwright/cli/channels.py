"""From a file's arrays to the channels a system expects: axes, convention, user groups, scale."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from beamwright.cli.variables import read_variable
from beamwright.core import as_array, drop_keys, require


@dataclass(frozen=True)
class ChannelFile:
    """Where channels come from and how they are to be understood."""

    path: Path
    variables: Mapping[str, str] = field(default_factory=dict)
    """Name in the file by name of the channel; a channel that is not listed keeps its own name."""
    conjugate: bool = True
    """True: a user receives ``h^H w`` (the convention of this library). False: ``h^T w``, no conjugate."""
    transpose: bool = False
    """Reverse the axes after reading."""
    normalise: bool = False
    """Scale so that the mean gain per antenna, over the whole file, is one."""


@dataclass(frozen=True)
class Channels:
    """Channels ready for a system, with what was done to them in words."""

    arrays: dict[str, np.ndarray]
    notes: dict[str, Any]


def read_channels(
    source: ChannelFile, axes: Mapping[str, str], sizes: Mapping[str, int], groups: int | None = None, seed: int = 0
) -> Channels:
    """Read every channel of a system, e.g. ``axes={"h": "drops users antennas"}``, ``sizes={"users": 3, ...}``.

    An array may leave out the leading ``drops`` axis: it is one drop, or, with ``groups``, a pool of users from
    which ``groups`` random groups of ``sizes["users"]`` are taken (group i depends on ``seed`` and i only).

    Returns: arrays (drops, ...) complex, in the library's convention ``h^H w``.
    Raises:  ValueError naming the file and the variable, the axis, or the entry that is wrong.
    """
    raw = {name: _oriented(read_variable(source.path, source.variables.get(name, name)), source) for name in axes}
    notes: dict[str, Any] = {"file": source.path.name, "variables": {n: source.variables.get(n, n) for n in axes}}
    notes["convention"] = "h^H w" if source.conjugate else "h^T w in the file, conjugated to h^H w"
    if source.normalise:
        notes["scale"] = {name: _unit_gain(array, name) for name, array in raw.items()}
        raw = {name: array * notes["scale"][name] for name, array in raw.items()}
    if groups is not None:
        raw = _draw_groups(raw, axes, sizes, groups, seed)
        notes |= {"groups": groups, "seed": seed}
    return Channels({name: _placed(array, name, axes[name], sizes) for name, array in raw.items()}, notes)


def parse_variables(pairs: Sequence[str], channels: Sequence[str]) -> dict[str, str]:
    """``["h=H_est"]``, or just ``["H_est"]`` where the system has a single channel, as ``{"h": "H_est"}``."""
    chosen: dict[str, str] = {}
    for pair in pairs:
        name, equals, variable = pair.partition("=")
        if not equals:
            require(len(channels) == 1, "--variable", f"be CHANNEL=NAME, with CHANNEL one of {list(channels)}", pair)
            name, variable = channels[0], pair
        require(name in channels, "--variable", f"name a channel of the system ({', '.join(channels)})", name)
        chosen[name] = variable
    return chosen


def _oriented(array: np.ndarray, source: ChannelFile) -> np.ndarray:
    array = np.asarray(array, complex)
    array = array.T if source.transpose else array
    return array if source.conjugate else array.conj()


def _unit_gain(array: np.ndarray, name: str) -> float:
    """Amplitude factor that makes the mean of ``|h|^2`` over users and antennas one."""
    gain = float(np.mean(np.abs(array) ** 2)) if array.size else 0.0
    require(np.isfinite(gain), name, "be finite", "NaN or infinite entries")
    require(gain > 0, name, "have an entry that is not zero, to be normalised", "none")
    return gain**-0.5


def _draw_groups(
    raw: Mapping[str, np.ndarray], axes: Mapping[str, str], sizes: Mapping[str, int], groups: int, seed: int
) -> dict[str, np.ndarray]:
    """Random user groups, the same for every channel of the file; channels without users are repeated."""
    import jax

    users, pools = sizes["users"], {}
    for name, array in raw.items():
        names = axes[name].split()
        require(array.ndim == len(names) - 1, name, f"be a pool with axes ({' '.join(names[1:])}) where random "
                "groups are drawn (--drops)", f"shape {array.shape}")  # fmt: skip
        if "users" in names:
            pools[name] = array.shape[names.index("users") - 1]
    require(len(set(pools.values())) == 1, "users", "be as many in every channel of the file", pools)
    pool = next(iter(pools.values()))
    require(pool >= users, "users", f"be at most the {pool} in the file", users)
    draw = jax.vmap(lambda key: jax.random.permutation(key, pool)[:users])
    chosen = np.asarray(draw(drop_keys(jax.random.key(seed), groups)))
    return {
        name: np.moveaxis(np.take(array, chosen, axis=(at := axes[name].split().index("users") - 1)), at, 0)
        if name in pools
        else np.repeat(array[None], groups, 0)
        for name, array in raw.items()
    }


def _placed(array: np.ndarray, name: str, axes: str, sizes: Mapping[str, int]) -> np.ndarray:
    """The array with its drops axis, checked against the sizes the scenario has."""
    names = axes.split()
    if array.ndim == len(names) - 1:
        array = array[None]
    want = tuple(sizes.get(axis) for axis in names)
    if array.ndim == len(names) and not _fits(array.shape, want):
        raise ValueError(
            f"{name} must have axes ({axes}) of sizes ({', '.join(str(n or 'any') for n in want)}), "
            f"got shape {array.shape}. {_remedy(array.shape, names, want)}"
        )
    return as_array(array, name, axes, complex)


def _fits(shape: tuple[int, ...], want: tuple[int | None, ...]) -> bool:
    return all(w in (None, n) for n, w in zip(shape, want, strict=True))


def _remedy(shape: tuple[int, ...], names: list[str], want: tuple[int | None, ...]) -> str:
    wrong = [(axis, n) for axis, n, w in zip(names, shape, want, strict=True) if w not in (None, n)]
    within = (shape[0], *reversed(shape[1:]))
    if _fits(shape[::-1], want) or (shape[0] == 1 and _fits(within, want)):
        return "Its axes look reversed: try --transpose"
    if _fits(within, want):
        return "The axes of each drop look swapped: swap them in the file"
    if [axis for axis, _ in wrong] == ["users"] and shape[0] == 1:
        return f"Choose random groups of users with --drops, or take them all with --set users={shape[1]}"
    return "Try " + " ".join(f"--set {axis}={n}" for axis, n in wrong)
