"""Named arrays from .npz, .npy, .mat (v5 and v7.3) and .h5 files: nothing in a file is ever executed."""

import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO, Any

import numpy as np

from beamwright.cli.matlab import hdf5_tree, mat5_tree
from beamwright.cli.trees import Fields, Leaf, Tree, leaf_of, leaves, pick
from beamwright.records.archives import UNREADABLE, header_of, require_held


@contextmanager
def opened(path: str | Path) -> Iterator[Tree]:
    """Tree of an open data file, readable while the block lasts.

    Raises: ValueError naming the file when it is missing, empty, damaged or of another kind.
    """
    path = Path(path)
    if not path.is_file():
        raise ValueError(f"{path} must be a file that can be read, but there is none")
    if path.stat().st_size == 0:
        raise ValueError(f"{path} must hold arrays, but it is empty")
    kind, reader = _reader(path)
    try:
        with reader(path) as tree:
            yield tree
    except UNREADABLE as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        rule = f"{path} must be {kind} that can be read, but it is damaged or of another kind ({reason})"
        raise ValueError(rule) from None


def read_variable(path: str | Path, name: str) -> np.ndarray:
    """The array called ``name``, numeric, in the axis order its author saw; the single one of an .npy file.

    MATLAB stores columns first: v7.3 files (HDF5) are turned back here, v5 files by SciPy. Pairs of real and imaginary
    part, whatever they are called, become complex.

    Raises: ValueError naming the file when it cannot be read, when it has no such variable (it lists those it has), or
        when the variable is text, a struct, a pickled object, or larger than memory should hold.
    """
    with opened(path) as tree:
        return find(tree, path, name).values(f"{name} in {path}")


def find(tree: Tree, path: str | Path, name: str, remedy: str = "") -> Leaf:
    """The array called ``name``, not yet read. Raises ValueError with the names there are."""
    found = tree if isinstance(tree, Leaf) else pick(tree, name)
    if found is None:
        names = sorted(one for one, _ in leaves(tree))
        there = ", ".join(names[:20]) + (f" and {len(names) - 20} more" if len(names) > 20 else "") or "none"
        raise ValueError(f"{path} has no variable {name!r}; it holds: {there}" + (f". {remedy}" if remedy else ""))
    return found


def _reader(path: Path) -> tuple[str, Callable[[Path], Any]]:
    suffix = path.suffix.lower()
    if suffix == ".npz":
        return "a NumPy .npz archive", _npz
    if suffix == ".npy":
        return "a NumPy .npy array", _npy
    if suffix in (".h5", ".hdf5"):
        return "an HDF5 file", hdf5_tree
    if suffix == ".mat":
        return "a MATLAB .mat file", hdf5_tree if _is_hdf5(path) else mat5_tree
    raise ValueError(f"{path} must end in .npz, .npy, .mat, .h5 or .hdf5, got {suffix or 'no ending'!r}")


@contextmanager
def _npz(path: Path) -> Iterator[Tree]:
    def member(name: str) -> Leaf:
        with archive.open(name) as file:
            return _header(file, archive.getinfo(name).file_size, partial(read, name))

    def read(name: str) -> np.ndarray:
        with archive.open(name) as file:
            return np.asarray(np.lib.format.read_array(file, allow_pickle=False))

    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name.endswith(".npy")]
        yield Fields({name.removesuffix(".npy"): partial(member, name) for name in names})


@contextmanager
def _npy(path: Path) -> Iterator[Tree]:
    with path.open("rb") as file:
        yield _header(file, path.stat().st_size, partial(np.load, path, allow_pickle=False))


def _header(file: IO[bytes], held: int, read: Callable[[], np.ndarray]) -> Leaf:
    """Shape and type as the header says; one that promises more than there is is not read."""
    try:
        shape, dtype = header_of(file)
    except ValueError as error:
        raise OSError(str(error)) from None

    def guarded() -> np.ndarray:
        require_held(shape, dtype, held)
        return read()

    return leaf_of(shape, dtype, guarded)


def _is_hdf5(path: Path) -> bool:
    import h5py

    return bool(h5py.is_hdf5(path))
