"""The store of one study: a Parquet part per chunk, named by the hash of what it computes.

    FOLDER/study.json             the study as data, seed and drops, and the names of the parts that make it up
    FOLDER/parts/<name>.parquet   records of one chunk; the file carries its name, what it computed and a checksum
    FOLDER/timing/<name>.json     seconds and date of that chunk (never compared, never needed)
    FOLDER/provenance.json        versions, platform and command of every run that wrote here
    FOLDER/.lock                  held by the run that writes here

Parts are never changed. What a reader sees is the list in ``study.json``, in its order, so records do not depend on
the order in which chunks finished, and a run with other drops or seeds leaves no trace in the next one's records.
A part that is torn, altered or under another's name counts as not there: it is left out, said, and computed again.
"""

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import Field, field_validator

from beamwright.core import Config, require
from beamwright.records.files import write_bytes, write_json
from beamwright.records.study import FileName, Study

if TYPE_CHECKING:  # pandas takes a second to import, and a design needs none
    import pandas as pd


class Card(Config):
    """Description of the records in a folder."""

    study: Study
    seed: int = Field(ge=0)
    drops: int = Field(ge=1)
    parts: tuple[FileName, ...]

    @field_validator("parts")
    @classmethod
    def _different(cls, parts: tuple[str, ...]) -> tuple[str, ...]:
        require(len(set(parts)) == len(parts), "parts", "be different", "one name twice")
        return parts


def content_name(what: Mapping[str, object]) -> str:
    """The name of what is computed: SHA-256 of its canonical JSON, shortened to 32 hexadecimal digits."""
    text = json.dumps(what, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Store:
    """Records of one study in one folder."""

    folder: Path

    def part(self, name: str) -> Path:
        """Path of the part of that name, whether it is there or not."""
        return self.folder / "parts" / f"{name}.parquet"

    def load(self, name: str) -> pa.Table | None:
        """The records of a part; None when there is none, or not the one that was written under this name."""
        try:
            table = pq.read_table(self.part(name))
            told = table.schema.metadata or {}
            whole = told.get(b"checksum") == _checksum(name, told.get(b"beamwright", b""), table).encode()
        except (OSError, ValueError, TypeError, pa.ArrowException):
            return None
        return table if whole else None

    def has(self, name: str) -> bool:
        """Whether the part is there and whole."""
        return self.load(name) is not None

    def damaged(self, names: Sequence[str]) -> list[str]:
        """Parts whose file cannot be loaded: it is torn, altered or another's."""
        return [name for name in names if self.part(name).exists()]

    def add(self, name: str, what: Mapping[str, object], table: pa.Table, timing: Mapping[str, object]) -> Path:
        """Write a part (and its timing, first: a part that is there is complete in every respect)."""
        write_json(self.folder / "timing" / f"{name}.json", dict(timing))
        text = json.dumps(what, sort_keys=True)
        told = {"beamwright": text, "checksum": _checksum(name, text.encode(), table)}
        buffer = io.BytesIO()
        pq.write_table(table.replace_schema_metadata(told), buffer, compression="zstd", store_schema=True)
        return write_bytes(self.part(name), buffer.getvalue())

    def declare(self, study: Study, seed: int, drops: int, parts: Sequence[str]) -> None:
        """Say which parts make up the records from now on."""
        card = {"study": study.model_dump(mode="json"), "seed": seed, "drops": drops, "parts": list(parts)}
        write_json(self.folder / "study.json", card)

    def card(self) -> Card:
        """Card that ``declare`` wrote. Raises ValueError naming the file when there is none, or what is wrong in it."""
        path = self.folder / "study.json"
        try:
            return Card(**json.loads(path.read_bytes()))
        except OSError:
            raise ValueError(f"{self.folder} must hold records of a study (study.json)") from None
        except (ValueError, TypeError, RecursionError) as error:
            raise ValueError(f"{path} must be as beamwright study wrote it: {error}") from None

    def study(self) -> Study:
        """The study whose records these are."""
        return self.card().study

    def parts(self) -> "dict[str, pa.Table]":
        """The declared parts that are there and whole, in the order of the plan."""
        loaded = {name: self.load(name) for name in self.card().parts}
        return {name: table for name, table in loaded.items() if table is not None}

    def missing(self) -> list[str]:
        """Declared parts that are not there yet: an interrupted or running study."""
        return [name for name in self.card().parts if not self.has(name)]

    def read(self) -> "pd.DataFrame":
        """All records there are, in the order of the plan (see ``records.table`` for the columns)."""
        return to_frame(list(self.parts().values()))

    def seconds(self) -> float:
        """Computing time of the parts that are there, summed over workers; a timing that cannot be read counts as 0."""
        return sum(self._seconds(name) for name in self.card().parts if self.part(name).exists())

    def _seconds(self, name: str) -> float:
        try:
            return float(json.loads((self.folder / "timing" / f"{name}.json").read_bytes())["seconds"])
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            return 0.0


def to_frame(parts: Sequence[pa.Table]) -> "pd.DataFrame":
    """Records of parts below each other. Raises ValueError when they are of different studies."""
    if not parts:
        return pa.table({}).to_pandas()
    columns = {tuple(table.column_names) for table in parts}
    require(len(columns) == 1, "parts in study.json", "be of one study", "parts with different columns")
    return pa.concat_tables(parts).unify_dictionaries().to_pandas()


def find_stores(runs: Path) -> list[Store]:
    """Every study below ``runs`` (or ``runs`` itself), by name."""
    return [Store(card.parent) for card in sorted(Path(runs).rglob("study.json"))]


def _checksum(name: str, what: bytes, table: pa.Table) -> str:
    """SHA-256 over the part's name, what it computed, and names, types and values of its columns."""
    total = hashlib.sha256(f"{name} {table.num_rows} ".encode() + what)
    for column, values in zip(table.column_names, table.columns, strict=True):
        if pa.types.is_dictionary(values.type):  # words in the order of their appearance, and which word is where
            values = values.cast(pa.string()).combine_chunks().dictionary_encode()
            total.update(json.dumps(values.dictionary.to_pylist()).encode())
            values = values.indices
        array = np.ascontiguousarray(values.to_numpy(zero_copy_only=False))
        total.update(f"{column} {array.dtype.str} ".encode() + array.tobytes())
    return total.hexdigest()
