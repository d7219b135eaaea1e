"""The store of one study: a Parquet part per chunk, named by the hash of what it computes.

    FOLDER/study.json             the study as data, seed and drops, and the names of the parts that make it up
    FOLDER/parts/<name>.parquet   records of one chunk; the file carries what it computed in its own metadata
    FOLDER/timing/<name>.json     seconds and date of that chunk (never compared, never needed)
    FOLDER/provenance.json        versions, platform and command of every run that wrote here

Parts are never changed. What a reader sees is the list in ``study.json``, in its order, so records do not depend on
the order in which chunks finished, and a run with other drops or seeds leaves no trace in the next one's records.
"""

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from beamwright.records.files import write_bytes, write_json
from beamwright.records.study import Study

if TYPE_CHECKING:  # pandas takes a second to import, and a design needs none
    import pandas as pd


def content_name(what: Mapping[str, Any]) -> str:
    """The name of what is computed: SHA-256 of its canonical JSON, shortened to 32 hexadecimal digits."""
    text = json.dumps(what, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Store:
    """Records of one study in one folder."""

    folder: Path

    def part(self, name: str) -> Path:
        """Where the part of that name is, or will be."""
        return self.folder / "parts" / f"{name}.parquet"

    def has(self, name: str) -> bool:
        """Whether the part is there and whole (a torn or foreign file is computed again)."""
        try:
            return pq.read_metadata(self.part(name)).metadata is not None
        except (OSError, pa.ArrowInvalid):
            return False

    def add(self, name: str, what: Mapping[str, Any], table: pa.Table, timing: Mapping[str, Any]) -> Path:
        """Write a part (and its timing, first: a part that is there is complete in every respect)."""
        write_json(self.folder / "timing" / f"{name}.json", dict(timing))
        described = table.replace_schema_metadata({"beamwright": json.dumps(what, sort_keys=True)})
        buffer = io.BytesIO()
        pq.write_table(described, buffer, compression="zstd", store_schema=True)
        return write_bytes(self.part(name), buffer.getvalue())

    def declare(self, study: Study, seed: int, drops: int, parts: Sequence[str]) -> None:
        """Say which parts make up the records from now on."""
        card = {"study": study.model_dump(mode="json"), "seed": seed, "drops": drops, "parts": list(parts)}
        write_json(self.folder / "study.json", card)

    def card(self) -> dict[str, Any]:
        """What ``declare`` wrote. Raises ValueError naming the folder when there is none."""
        try:
            return json.loads((self.folder / "study.json").read_text())
        except (OSError, json.JSONDecodeError):
            raise ValueError(f"{self.folder} must hold records of a study (study.json)") from None

    def study(self) -> Study:
        """The study whose records these are."""
        return Study(**self.card()["study"])

    def missing(self) -> list[str]:
        """Declared parts that are not there yet: an interrupted or running study."""
        return [name for name in self.card()["parts"] if not self.has(name)]

    def read(self) -> "pd.DataFrame":
        """All records there are, in the order of the plan (see ``records.table`` for the columns)."""
        tables = [pq.read_table(self.part(name)) for name in self.card()["parts"] if self.has(name)]
        if not tables:
            return pa.table({}).to_pandas()
        return pa.concat_tables(tables).unify_dictionaries().to_pandas()

    def seconds(self) -> float:
        """Computing time of the parts that are there, summed over workers."""
        files = [self.folder / "timing" / f"{name}.json" for name in self.card()["parts"] if self.has(name)]
        return float(sum(json.loads(file.read_text())["seconds"] for file in files if file.exists()))


def find_stores(runs: Path) -> list[Store]:
    """Every study below ``runs`` (or ``runs`` itself), by name."""
    return [Store(card.parent) for card in sorted(Path(runs).rglob("study.json"))]
