"""``channels inspect``: what a file holds, and whether its angles are those that a design would take them for."""

from pathlib import Path

import numpy as np

from beamwright.cli.axes import Want, arranged, parse_axes
from beamwright.cli.naming import read_named
from beamwright.cli.plane_waves import PLANE, plane_waves, sense_of, true_sines
from beamwright.cli.tables import console, table
from beamwright.cli.trees import Leaf, Tree, leaves
from beamwright.cli.variables import opened
from beamwright.core import Input, linear_to_db

_POOL = {"h": Input("drops users antennas", "amplitude", conjugated=True)}


def inspect_file(path: Path, variable: str | None, order: str | None, conjugate: bool) -> None:
    """Print the arrays of a file, the users of the one that is a channel, and a verdict on angles.

    Raises: ValueError naming the file or the array that cannot be read.
    """
    out = console()
    with opened(path) as tree:
        found = list(leaves(tree))
        rows = [(name or path.stem, " x ".join(map(str, leaf.shape)) or "one", leaf.kind, _gain(leaf, name))
                for name, leaf in found]  # fmt: skip
        pool = _pool(tree, path, variable, order)
        real = {name: leaf.values(name).astype(float) for name, leaf in found if leaf.kind == "real"
                and len(leaf.shape) <= 2}  # fmt: skip
    out.print(table(str(path), ("array", "shape", "kind", "mean |x|^2 (dB)"), rows))
    if pool is None:
        lines = ["no channel of users and antennas is found: name it with --variable, its axes with --axes"]
    else:
        lines = describe(*pool, real, conjugate)
    for line in lines:
        out.print(line, markup=False, soft_wrap=True)


def describe(name: str, h: np.ndarray, real: dict[str, np.ndarray], conjugate: bool) -> list[str]:
    """Lines on the users of ``h`` (drops, users, antennas) or (users, antennas), as they are in the file."""
    users = h.reshape(-1, h.shape[-1])
    power = np.mean(np.abs(users) ** 2, axis=1)
    blocked = ~(power > 0)
    what = f"{len(users)} users" if h.ndim == 2 else f"{h.shape[0]} drops of {h.shape[1]} users"
    lines = [f"{name}: {what}, {h.shape[-1]} antennas"]
    if blocked.any():
        some = ", ".join(str(user) for user in np.flatnonzero(blocked)[:6])
        more = ", ..." if blocked.sum() > 6 else ""
        lines.append(f"blocked, zero or NaN: {blocked.sum()} users ({some}{more}); --skip-blocked leaves them out")
    if not blocked.all():
        weakest, strongest = (float(linear_to_db(f(power[~blocked]))) for f in (np.min, np.max))
        lines.append(f"gain per antenna: {weakest:.1f} to {strongest:.1f} dB")
    spacing = float(real["spacing_wavelengths"].ravel()[0]) if "spacing_wavelengths" in real else 0.5
    sine, plane = plane_waves(np.where(blocked[:, None], 0, users), spacing)
    count = f"plane waves, at least {PLANE:.0%} of a user's power: {plane.sum()} users"
    lines.append(f"{count} (antennas {spacing:g} wavelengths apart)")
    return [*lines, *_angles(sine, plane, true_sines(real, len(users)), conjugate)]


def _angles(sine: np.ndarray, plane: np.ndarray, true: dict[str, np.ndarray], conjugate: bool) -> list[str]:
    """Whether angles are mirrored. ``steering_sign`` follows the conjugation, so the phases in the file decide."""
    if not true:
        return ["angles: not judged, the file has no azimuths and no positions of its users"]
    sense = sense_of(sine, plane, true)
    if sense is None:
        return ["angles: not judged, too few plane waves come from where users are"]
    option, sign = ("--conjugate", 1) if conjugate else ("--no-conjugate", -1)
    used = f"with {option} (steering_sign {sign})"
    if not sense.rises:
        return [sense.words, f"angles: MIRRORED {used}; --set steering_sign={-sign} repairs it"]
    lines = [sense.words, f"angles: right {used}"]
    if conjugate:
        lines.append(
            "phases that rise are those of plain responses, h^T w, as simulators give them: then --no-conjugate"
        )
    return lines


def _pool(tree: Tree, path: Path, variable: str | None, order: str | None) -> tuple[str, np.ndarray] | None:
    """The channel that is named, or the only one there could be, with its axes in order."""
    complex_ones = [name for name, leaf in leaves(tree) if leaf.kind == "complex" and len(leaf.shape) >= 2]
    name = variable or ("h" if "h" in complex_ones else complex_ones[0] if len(complex_ones) == 1 else None)
    if name is None:
        return None
    array = read_named(tree, path, {"h": name}, _POOL)["h"]
    orders = parse_axes([order] if order else [], _POOL)
    h = arranged(array, Want("h", _POOL["h"], {}), orders.get("h"))
    return None if h is None else (name or path.stem, h)


def _gain(leaf: Leaf, name: str) -> str:
    if leaf.kind != "complex":
        return ""
    values = np.abs(leaf.values(name)) ** 2
    known = values[np.isfinite(values)]
    return f"{float(linear_to_db(known.mean())):.1f}" if known.size and known.mean() > 0 else "-"
