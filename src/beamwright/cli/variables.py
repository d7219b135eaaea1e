"""Named arrays from .npz, .mat (v5 and v7.3) and .h5 files, as plain numbers: nothing in a file is ever executed."""

import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

_UNREADABLE = (OSError, EOFError, KeyError, TypeError, NotImplementedError, zipfile.BadZipFile, zlib.error)


def read_variable(path: str | Path, name: str) -> np.ndarray:
    """The array called ``name``, numeric, in the axis order its author saw.

    MATLAB stores columns first: v7.3 files (HDF5) are turned back here, v5 files by SciPy. MATLAB's v7.3 complex
    numbers, pairs of ``real`` and ``imag``, become complex.

    Raises: ValueError naming the file when it is missing, empty, damaged or of another kind, when it has no such
        variable (it lists those it has), or when the variable is text, a cell, a struct or a pickled object.
    """
    path = Path(path)
    if not path.is_file():
        raise ValueError(f"{path} must be a file that can be read, but there is none")
    if path.stat().st_size == 0:
        raise ValueError(f"{path} must hold arrays, but it is empty")
    array = _reader(path)(path, name)
    if array.dtype.names and {name.lower() for name in array.dtype.names} in ({"real", "imag"}, {"r", "i"}):
        real, imag = sorted(array.dtype.names, reverse=True)
        array = array[real] + 1j * array[imag]
    if array.dtype.kind not in "iufc":
        raise ValueError(f"{name} in {path} must be an array of numbers, got {_kind(array)}")
    return array


def _reader(path: Path) -> Callable[[Path, str], np.ndarray]:
    suffix = path.suffix.lower()
    if suffix == ".npz":
        return _read_npz
    if suffix in (".h5", ".hdf5"):
        return _read_hdf5
    if suffix == ".mat":
        return _read_hdf5 if _is_hdf5(path) else _read_mat5
    raise ValueError(f"{path} must end in .npz, .mat, .h5 or .hdf5, got {suffix or 'no ending'!r}")


def _read_npz(path: Path, name: str) -> np.ndarray:
    try:
        with np.load(path, allow_pickle=False) as archive:
            if name in archive:
                return archive[name]
            there = list(archive)
    except (ValueError, *_UNREADABLE) as error:
        if "allow_pickle" in str(error) and zipfile.is_zipfile(path):
            raise ValueError(f"{name} in {path} must be an array of numbers, got pickled objects") from None
        raise _damaged(path, "a NumPy .npz archive", error) from None
    raise _no_variable(path, name, there)


def _read_mat5(path: Path, name: str) -> np.ndarray:
    from scipy.io import loadmat, whosmat
    from scipy.io.matlab import MatReadError

    try:
        there = [variable for variable, _, _ in whosmat(path)]
        if name in there:
            return np.asarray(loadmat(path, variable_names=[name])[name])
    except (ValueError, IndexError, MatReadError, *_UNREADABLE) as error:
        raise _damaged(path, "a MATLAB .mat file", error) from None
    raise _no_variable(path, name, there)


def _read_hdf5(path: Path, name: str) -> np.ndarray:
    import h5py

    try:
        with h5py.File(path, "r") as file:
            item = file.get(name)
            if isinstance(item, h5py.Dataset):
                array, matlab = np.asarray(item[()]), _matlab_class(item)
                if matlab in ("char", "cell", "struct", "logical"):
                    raise ValueError(f"{name} in {path} must be an array of numbers, got MATLAB's {matlab}")
                return array.T if matlab or path.suffix.lower() == ".mat" else array
            there: list[str] = []
            file.visititems(lambda key, value: there.append(key) if isinstance(value, h5py.Dataset) else None)
    except (RuntimeError, *_UNREADABLE) as error:
        raise _damaged(path, "an HDF5 file", error) from None
    raise _no_variable(path, name, [key for key in there if not key.startswith("#")])


def _is_hdf5(path: Path) -> bool:
    import h5py

    return bool(h5py.is_hdf5(path))


def _matlab_class(item: Any) -> str:
    """MATLAB's own name for the type of an HDF5 data set; empty when MATLAB did not write it."""
    label = item.attrs.get("MATLAB_class", b"")
    return label.decode() if isinstance(label, bytes) else str(label)


def _kind(array: np.ndarray) -> str:
    return {"O": "objects or cells", "V": "a struct", "b": "true/false values"}.get(array.dtype.kind, "text")


def _no_variable(path: Path, name: str, there: list[str]) -> ValueError:
    return ValueError(f"{path} has no variable {name!r}; it holds: {', '.join(sorted(there)) or 'none'}")


def _damaged(path: Path, kind: str, error: Exception) -> ValueError:
    reason = " ".join(str(error).split()) or type(error).__name__
    return ValueError(f"{path} must be {kind} that can be read, but it is damaged or of another kind ({reason})")
