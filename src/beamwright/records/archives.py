"""Arrays of ``.npz`` archives that this library wrote: nothing is unpickled, and no header is believed unseen."""

import math
import zipfile
import zlib
from pathlib import Path
from typing import IO

import numpy as np
from numpy.lib import format as npy

UNREADABLE = (
    OSError, EOFError, KeyError, IndexError, TypeError, NotImplementedError, RuntimeError, MemoryError,
    zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What readers of damaged files raise, beside ValueError."""


def read_arrays(path: Path) -> dict[str, np.ndarray]:
    """All arrays by name. They are stored as they are, so one that is larger than the file is refused, not allocated.

    Raises: ValueError with the reason, in one line, where they cannot be read.
    """
    try:
        held = path.stat().st_size
        with zipfile.ZipFile(path) as archive:
            return {name.removesuffix(".npy"): _array(archive, name, held) for name in archive.namelist()}
    except (ValueError, *UNREADABLE) as error:
        raise ValueError(" ".join(str(error).split()) or type(error).__name__) from None


def header_of(file: IO[bytes]) -> tuple[tuple[int, ...], np.dtype]:
    """Shape and type that the header of an array promises. Raises ValueError where there is no header."""
    read_header = npy.read_array_header_1_0 if npy.read_magic(file) == (1, 0) else npy.read_array_header_2_0
    shape, _, dtype = read_header(file)
    return shape, dtype


def require_held(shape: tuple[int, ...], dtype: np.dtype, held: int) -> None:
    """Raises OSError unless an array of this shape and type fits into ``held`` bytes."""
    promised = math.prod(shape) * dtype.itemsize
    if promised > held:
        raise OSError(f"the header promises {promised} bytes, there are {held}")


def _array(archive: zipfile.ZipFile, name: str, held: int) -> np.ndarray:
    with archive.open(name) as file:
        require_held(*header_of(file), held)
    with archive.open(name) as file:
        return np.asarray(npy.read_array(file, allow_pickle=False))
