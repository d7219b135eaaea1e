"""MATLAB's files, v5 through SciPy and v7.3 through HDF5, and HDF5 files of others: structs, cells and arrays."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from beamwright.cli.trees import LIMIT_BYTES, Cells, Fields, Leaf, Tree, leaf_of


@contextmanager
def mat5_tree(path: Path) -> Iterator[Tree]:
    """Tree of a MATLAB v4 or v5 file; a variable is loaded on demand, if its header promises what memory can hold."""
    from scipy.io import loadmat, whosmat
    from scipy.io.matlab import MatReadError

    def tree_of(name: str, shape: tuple[int, ...]) -> Tree:
        if np.prod(shape, dtype=float) * 8 > LIMIT_BYTES:
            return Leaf(shape, "real", lambda: np.empty(0), item_bytes=8)
        try:
            return _of_value(loadmat(path, variable_names=[name])[name])
        except (ValueError, IndexError, MatReadError) as error:
            raise OSError(str(error)) from None

    try:
        there = whosmat(path)
    except (ValueError, IndexError, MatReadError) as error:
        raise OSError(str(error)) from None
    yield Fields({name: partial(tree_of, name, shape) for name, shape, _ in there})


def _of_value(value: Any) -> Tree:
    """Tree of a variable as SciPy loads it: structs are records, cells are objects."""
    if hasattr(value, "toarray"):
        return leaf_of(value.shape, value.dtype, value.toarray)
    array = np.asarray(value)
    if type(array) is not np.ndarray:  # MatlabFunction, MatlabOpaque
        return Leaf(array.shape, "an object", lambda: array)
    if array.dtype.names:
        return _unwrapped(array.shape, [_of_record(record) for record in array.ravel()])
    if array.dtype.kind == "O":
        return _unwrapped(array.shape, [_of_value(item) for item in array.ravel()])
    return leaf_of(array.shape, array.dtype, lambda: array)


def _of_record(record: Any) -> Tree:
    return Fields({name: partial(_of_value, record[name]) for name in record.dtype.names})


def _unwrapped(shape: tuple[int, ...], items: list[Tree]) -> Tree:
    return items[0] if len(items) == 1 and isinstance(items[0], Fields) else Cells(shape, items)


@contextmanager
def hdf5_tree(path: Path) -> Iterator[Tree]:
    """Tree of an HDF5 file. What MATLAB wrote is turned back to the axes its author saw."""
    import h5py

    with h5py.File(path, "r") as file:
        yield _of_item(file, file)


def _of_item(file: Any, item: Any) -> Tree:
    import h5py

    matlab = _label(item, "MATLAB_class")
    if isinstance(item, h5py.Group):
        if "MATLAB_sparse" in item.attrs:
            return Leaf((), "a sparse matrix", lambda: np.empty(0))
        names = [name for name in item if not name.startswith("#")]
        return Fields({name: partial(_member, file, item, name) for name in names})
    if not isinstance(item, h5py.Dataset) or item.shape is None:
        return Leaf((), "nothing", lambda: np.empty(0))
    if "MATLAB_empty" in item.attrs:
        return Leaf(tuple(int(n) for n in item[()]), "real", lambda: np.zeros([int(n) for n in item[()]]))
    shape = item.shape[::-1] if matlab else item.shape
    if h5py.check_ref_dtype(item.dtype) is h5py.Reference:
        references = np.asarray(item[()]).T if matlab else np.asarray(item[()])
        return Cells(shape, [_of_item(file, file[one]) for one in references.ravel() if one])
    leaf = leaf_of(shape, item.dtype, lambda: np.asarray(item[()]).T if matlab else np.asarray(item[()]))
    if matlab == "char" or h5py.check_string_dtype(item.dtype) is not None:
        return Leaf(shape, "text", leaf.read)
    return Leaf(shape, "logical", leaf.read, leaf.item_bytes) if matlab == "logical" else leaf


def _member(file: Any, group: Any, name: str) -> Tree:
    return _of_item(file, group[name])


def _label(item: Any, name: str) -> str:
    """An attribute that is text; empty when there is none."""
    label = item.attrs.get(name, b"")
    return label.decode() if isinstance(label, bytes) else str(label)
