"""Records: the schema of a result and its append-only, content-addressed, resumable store."""

from beamwright.records.files import held, write_bytes, write_json, write_text
from beamwright.records.provenance import fingerprint, note_run, runs_of, versions
from beamwright.records.store import Card, Store, content_name, find_stores, to_frame
from beamwright.records.study import (
    Axis,
    Case,
    Claim,
    Curve,
    Line,
    Mark,
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
    "Card",
    "Case",
    "Claim",
    "Curve",
    "Line",
    "Mark",
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
    "held",
    "note_run",
    "runs_of",
    "schema",
    "sweep",
    "to_frame",
    "to_table",
    "versions",
    "write_bytes",
    "write_json",
    "write_text",
]
