"""The schema of a record: one row per number measured, with everything that says which number it is.

    study system curve method mode seed      what was run
    <one column per axis>                    the point, e.g. sinr_db
    drop status                              which channel, and how its design ended
    metric index value                       the number; index counts users, targets or samples from 0

A failed drop keeps its rows: its status says why a reader should leave its values out.
Seconds and dates are not records (two equal runs would differ); they go to the store's side-car.
"""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from beamwright.core import VALID

USABLE = tuple(status.name.lower() for status in VALID)
"""Drops that count in means and claims; all others are kept, counted and shown."""
LABELS = ("study", "system", "curve", "method", "mode")


def schema(axes: tuple[str, ...]) -> pa.Schema:
    """Columns and types of a study's records."""
    text = pa.dictionary(pa.int32(), pa.string())
    return pa.schema(
        [(name, text) for name in LABELS]
        + [("seed", pa.int64())]
        + [(axis, pa.float64()) for axis in axes]
        + [("drop", pa.int64()), ("status", text), ("metric", text), ("index", pa.int32()), ("value", pa.float64())]
    )


def to_table(
    labels: Mapping[str, str],
    seed: int,
    point: Mapping[str, float],
    first: int,
    status: list[str],
    values: Mapping[str, np.ndarray],
) -> pa.Table:
    """Records of drops ``first ..`` at one point of one curve.

    Args:    labels one value for each of ``LABELS``; point axis -> value; status one text per drop;
             values metric -> (drops,) or (drops, n) array.
    Raises:  ValueError naming a metric whose leading axis is not the drops.
    """
    drops = len(status)
    blocks = []
    for name, value in values.items():
        array = np.asarray(value, float)
        if array.ndim not in (1, 2) or len(array) != drops:
            raise ValueError(
                f"metric {name} must have axes (drops) or (drops, n) with {drops} drops, got {array.shape}"
            )
        blocks.append((name, array.reshape(drops, -1)))
    widths = [block.shape[1] for _, block in blocks]
    rows = drops * sum(widths)
    drop = np.concatenate([np.repeat(np.arange(drops), width) for width in widths])
    columns = {name: _text(np.zeros(rows, np.int32), [labels[name]]) for name in LABELS}
    columns |= {"seed": np.full(rows, seed, np.int64)}
    columns |= {axis: np.full(rows, value, float) for axis, value in point.items()}
    words = sorted(set(status))
    columns |= {
        "drop": (drop + first).astype(np.int64),
        "status": _text(np.array([words.index(text) for text in status], np.int32)[drop], words),
        "metric": _text(np.repeat(np.arange(len(blocks), dtype=np.int32), np.multiply(widths, drops)), list(values)),
        "index": np.concatenate([np.tile(np.arange(width, dtype=np.int32), drops) for width in widths]),
        "value": np.concatenate([block.ravel() for _, block in blocks]),
    }
    return pa.table(columns, schema=schema(tuple(point)))


def _text(codes: np.ndarray, words: list[str]) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(words, pa.string()))
