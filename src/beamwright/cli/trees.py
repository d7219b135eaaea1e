"""Tree of a data file before anything is read: arrays by name, in structs and cells; sizes are checked first."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from beamwright.core import require

LIMIT_BYTES = 2 * 2**30
"""Largest array that is read, bytes."""
_REAL, _IMAGINARY = ("real", "re", "r"), ("imag", "imaginary", "im", "i")


@dataclass(frozen=True)
class Leaf:
    """An array that can be read; ``kind`` is complex, real, logical, or what it is instead of numbers."""

    shape: tuple[int, ...]
    kind: str
    read: Callable[[], np.ndarray]
    item_bytes: int = 16

    @property
    def numeric(self) -> bool:
        """Whether it holds numbers or true/false."""
        return self.kind in ("complex", "real", "logical")

    def values(self, name: str) -> np.ndarray:
        """Numbers of an array, real and imaginary parts joined. Raises ValueError naming what it is instead."""
        require(self.numeric, name, "be an array of numbers", self.kind, _ADVICE.get(self.kind, ""))
        needed = float(np.prod(self.shape, dtype=float)) * self.item_bytes
        allowed = f"take at most {LIMIT_BYTES / 2**30:g} GiB"
        require(needed <= LIMIT_BYTES, name, allowed, f"shape {self.shape}, {needed / 2**30:.3g} GiB")
        try:
            array = np.asarray(self.read())
        except ValueError as error:  # NumPy's and SciPy's word for damage
            raise OSError(str(error)) from None
        pair = parts_of(array.dtype)
        array = array if pair is None else array[pair[0]] + 1j * array[pair[1]]
        wide = {"c": complex, "f": float}.get(array.dtype.kind)
        return array if wide is None else array.astype(wide, copy=False)


@dataclass(frozen=True)
class Cells:
    """Cells or an array of structs."""

    shape: tuple[int, ...]
    items: list["Tree"]


class Fields(Mapping[str, "Tree"]):
    """A struct, a group or a whole file; what a name stands for is looked up when it is asked for."""

    def __init__(self, makers: Mapping[str, Callable[[], "Tree"]]) -> None:
        self._makers = makers

    def __getitem__(self, name: str) -> "Tree":
        return self._makers[name]()

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


Tree = Leaf | Cells | Fields
DEPTH = 8
"""Structs within structs that are listed; links of an HDF5 file may run in circles."""
_ADVICE = {"a sparse matrix": "Save it as full(...)"}


def leaf_of(shape: tuple[int, ...], dtype: np.dtype[Any], read: Callable[[], np.ndarray]) -> Leaf:
    """A leaf of this NumPy type."""
    if parts_of(dtype) is not None:
        return Leaf(shape, "complex", read, dtype.itemsize)
    kinds = {"c": "complex", "b": "logical", "O": "pickled objects", "V": "a struct"}
    kind = "real" if dtype.kind in "iuf" else kinds.get(dtype.kind, "text")
    return Leaf(shape, kind, read, dtype.itemsize)


def parts_of(dtype: np.dtype[Any]) -> tuple[str, str] | None:
    """Names of real and imaginary part in a compound type, however they are spelled."""
    names = dtype.names or ()
    real = [name for name in names if name.lower() in _REAL]
    imaginary = [name for name in names if name.lower() in _IMAGINARY]
    return (real[0], imaginary[0]) if len(names) == 2 and real and imaginary else None


def pick(tree: Tree, name: str) -> Leaf | None:
    """The array called ``name``: ``h``, ``sim.h``, ``group/h``, ``c{2}.h``; cells are stacked. None: there is none.

    Raises: ValueError where cells that would be stacked differ in shape, or the name is that of a struct.
    """
    if not isinstance(tree, Cells) or len(tree.items) == 1:
        name = name.removeprefix("{1}").lstrip("./")  # MATLAB's single cell, which is its content here
    if isinstance(tree, Cells) and len(tree.items) == 1:
        return pick(tree.items[0], name)
    if isinstance(tree, Leaf):
        return tree if not name else None
    if isinstance(tree, Cells):
        if name.startswith("{"):
            number, _, rest = name[1:].partition("}")
            wanted = number.isdigit() and 1 <= int(number) <= len(tree.items)
            return pick(tree.items[int(number) - 1], rest.lstrip("./")) if wanted else None
        found = [pick(item, name) for item in tree.items]
        return _stacked(tree.shape, [leaf for leaf in found if leaf is not None]) if all(found) else None
    for key in sorted(tree, key=len, reverse=True):
        rest = name[len(key) :]
        if name == key or (name.startswith(key) and rest[0] in "./{"):
            return pick(tree[key], rest.lstrip("./"))
    require(bool(name), "a variable", "be an array", f"a struct with the fields {', '.join(sorted(tree)) or 'none'}")
    return None


def leaves(tree: Tree, prefix: str = "", depth: int = DEPTH) -> Iterator[tuple[str, Leaf]]:
    """Every array with the name that ``pick`` knows it by; cells of one shape as one."""
    if isinstance(tree, Leaf):
        yield prefix, tree
    elif isinstance(tree, Fields):
        for key in tree if depth else ():
            yield from leaves(tree[key], f"{prefix}.{key}" if prefix else key, depth - 1)
    elif len(tree.items) == 1:
        yield from leaves(tree.items[0], prefix, depth)
    elif tree.items:
        for name, leaf in leaves(tree.items[0], "", depth):
            same = [pick(item, name) for item in tree.items]
            if all(one is not None and one.shape == leaf.shape and one.numeric for one in same):
                joint = f"{prefix}.{name}" if name else prefix
                yield joint, _stacked(tree.shape, [one for one in same if one is not None])
            else:
                yield f"{prefix}{{1}}" + (f".{name}" if name else ""), leaf


def _stacked(shape: tuple[int, ...], found: list[Leaf]) -> Leaf:
    shapes = sorted({leaf.shape for leaf in found})
    require(len(shapes) == 1, "cells", "have one shape to be stacked", shapes, "Take one with NAME{1}, NAME{2}, ...")
    odd = [leaf.kind for leaf in found if not leaf.numeric]
    kind = odd[0] if odd else "complex" if any(leaf.kind == "complex" for leaf in found) else found[0].kind
    widest = max(leaf.item_bytes for leaf in found)
    whole = (*shape, *shapes[0])
    return Leaf(whole, kind, lambda: np.stack([leaf.values("a cell") for leaf in found]).reshape(whole), widest)
