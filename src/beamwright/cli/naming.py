"""Which array of a file is which channel: names that are told, real and imaginary parts apart, and good guesses."""

import re
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from beamwright.cli.trees import Leaf, Tree, leaves, pick
from beamwright.cli.variables import find
from beamwright.core import Input, require

_PART = re.compile(r"^(?P<before>(?:.*[_.])?)(?P<part>real|re|r)(?P<after>(?:_.*)?)$", re.IGNORECASE)
"""h_real, h.re, real_h: what stands around the word for the real part."""
_OTHERS = {"real": ("imag", "imaginary"), "re": ("im",), "r": ("i",)}
_MOST = 4


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


def read_named(
    tree: Tree, path: Path, variables: Mapping[str, str], inputs: Mapping[str, Input]
) -> dict[str, np.ndarray]:
    """Every array of the system as it is in the file; ``"h_real,h_imag"`` are two that are joined.

    Raises: ValueError naming what is missing, not numeric, or one part of a complex channel, and the option that helps.
    """
    if isinstance(tree, Leaf):
        rule = f"name its arrays where a system needs {len(inputs)} of them ({', '.join(inputs)}), as .npz does"
        require(len(inputs) == 1, str(path), rule, ".npy")
        return {name: tree.values(str(path)) for name in inputs}
    names = {name: _parts(tree, variables.get(name, name)) for name in inputs}
    lacking = {name: part for name, parts in names.items() for part in parts if pick(tree, part) is None}
    if lacking:
        find(tree, path, next(iter(lacking.values())), _guess(tree, lacking, inputs))
    return {name: _read(tree, path, name, parts, inputs[name]) for name, parts in names.items()}


def _read(tree: Tree, path: Path, name: str, parts: Sequence[str], given: Input) -> np.ndarray:
    found = [find(tree, path, part) for part in parts]
    if len(found) == 2:
        same = found[0].shape == found[1].shape and all(one.kind == "real" for one in found)
        shapes = " and ".join(f"{one.kind} {one.shape}" for one in found)
        require(same, ",".join(parts), "be the real and the imaginary part of one array", shapes)
    elif given.kind == "amplitude" and found[0].kind == "real":
        twin = next((pair for pair in _pairs(tree) if parts[0] in pair.split(",")), None)
        remedy = f"Try {_option(name, twin)}" if twin else ""
        require(twin is None, parts[0], f"be all of {name}", "a part of it: the file has the other", remedy)
    values = [one.values(f"{part} in {path}") for one, part in zip(found, parts, strict=True)]
    return values[0] if len(values) == 1 else values[0] + 1j * values[1]


def _parts(tree: Tree, variable: str) -> list[str]:
    """One name, or two around a comma."""
    two = variable.count(",") == 1 and pick(tree, variable) is None
    return [part.strip() for part in variable.split(",")] if two else [variable]


def _pairs(tree: Tree) -> list[str]:
    """Arrays of the file that look like real and imaginary part: ``["h_real,h_imag"]``."""
    real = {name: leaf.shape for name, leaf in leaves(tree) if leaf.kind == "real"}
    found = []
    for name, shape in real.items():
        match = _PART.match(name)
        if match is None:
            continue
        for other in _OTHERS[match["part"].lower()]:
            for spelling in (other, other.title(), other.upper()):
                partner = f"{match['before']}{spelling}{match['after']}"
                if real.get(partner) == shape:
                    found.append(f"{name},{partner}")
    return found


def _guess(tree: Tree, lacking: Mapping[str, str], inputs: Mapping[str, Input]) -> str:
    """Options that name what is missing: arrays called the same deeper in the file, else whatever could be meant."""
    numeric = {name: leaf for name, leaf in leaves(tree) if leaf.numeric}
    pairs = _pairs(tree)
    if not numeric:
        return "None of them is an array of numbers"
    same = {name: [one for one in numeric if re.split(r"[./]", one)[-1].lower() == name.lower()] for name in lacking}
    if all(len(found) == 1 for found in same.values()):
        return "Try " + " ".join(_option(name, found[0]) for name, found in same.items())
    if len(lacking) > 1:
        return "Name them with " + " ".join(f"--variable {name}=..." for name in lacking)
    (name,) = lacking
    whole = [one for one, leaf in numeric.items() if leaf.kind == "complex" and np.prod(leaf.shape) > 1]
    arrays = [one for one, leaf in numeric.items() if len(leaf.shape) >= 2]
    wanted = (whole + pairs or arrays) if inputs[name].kind == "amplitude" else arrays
    return "Try " + " or ".join(_option(name, one) for one in wanted[:_MOST]) if wanted else ""


def _option(name: str, variable: str) -> str:
    return f"--variable {shlex.quote(f'{name}={variable}')}"
