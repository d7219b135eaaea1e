"""Records: the schema of a result and its append-only, content-addressed, resumable store."""

from beamwright.records.files import write_bytes, write_json, write_text
from beamwright.records.provenance import fingerprint, note_run, versions
from beamwright.records.store import Store, content_name, find_stores
from beamwright.records.study import (
    Axis,
    Case,
    Claim,
    Curve,
    Line,
    Metric,
    Panel,
    Picture,
    Setting,
    Study,
    Table,
    sweep,
)
from beamwright.records.table import USABLE, schema, to_table

__all__ = [
    "USABLE",
    "Axis",
    "Case",
    "Claim",
    "Curve",
    "Line",
    "Metric",
    "Panel",
    "Picture",
    "Setting",
    "Store",
    "Study",
    "Table",
    "content_name",
    "find_stores",
    "fingerprint",
    "note_run",
    "schema",
    "sweep",
    "to_table",
    "versions",
    "write_bytes",
    "write_json",
    "write_text",
]
