"""Pictures, tables and one page from a folder of records; needs no solver and computes no design."""

from pathlib import Path

import numpy as np
import pandas as pd

from beamwright.core import require
from beamwright.records import find_stores, write_bytes, write_text
from beamwright.report.claims import Verdict, judge
from beamwright.report.data import Data
from beamwright.report.page import Section, render_page
from beamwright.report.pictures import draw
from beamwright.report.style import render
from beamwright.report.tables import readable, summarise


def write(runs: str | Path, out: str | Path) -> Path:
    """Draw every study found below ``runs`` and write one self-contained HTML page.

    Beside the records of each study go its pictures (PNG, PDF), the numbers behind them (CSV), its tables (CSV) and
    ``claims.csv``.

    Args:    runs a folder that ``beamwright.studies.run`` wrote to; out the page.
    Returns: ``out`` as a path. Nothing is left half-written.
    Raises:  ValueError when there is no study below ``runs``.
    """
    runs, out = Path(runs), Path(out)
    stores = find_stores(runs)
    require(bool(stores), "runs", "hold records of at least one study", runs, "Run `beamwright study NAME` first.")
    with np.errstate(all="ignore"):  # an infinite or missing value in a record is shown as such; it is no news here
        sections = [write_study(Data(store)) for store in stores]
    return write_text(out, render_page(sections))


def write_study(data: Data) -> Section:
    """Pictures, tables and verdicts of one study, written beside its records and returned for the page."""
    folder, study = data.store.folder, data.study
    shown_pictures, shown_tables, undrawn = [], [], {}
    if not data.frame.empty:
        for picture in study.pictures:
            try:
                figure, numbers = draw(data, picture)
                png, pdf, svg = (render(figure, kind) for kind in ("png", "pdf", "svg"))
            except (ValueError, ArithmeticError) as error:  # of 1e307, or of a label: the page stands
                undrawn[picture.name] = " ".join(str(error).split())
                continue
            write_bytes(folder / f"{picture.name}.png", png)
            write_bytes(folder / f"{picture.name}.pdf", pdf)
            write_text(folder / f"{picture.name}.csv", numbers.to_csv(index=False))
            shown_pictures.append((picture, svg, pdf, numbers))
        for table in study.tables:
            summary = summarise(data, table)
            write_text(folder / f"{table.name}.csv", summary.to_csv(index=False))
            shown_tables.append((table, readable(data, table, summary), summary))
    verdicts = [verdict for claim in study.claims for verdict in judge(data, claim)]
    write_text(folder / "claims.csv", claims_frame(verdicts).to_csv(index=False))
    return Section(data, shown_pictures, shown_tables, verdicts, undrawn)


def claims_frame(verdicts: list[Verdict]) -> pd.DataFrame:
    """Verdicts as a table: claim, source, case, verdict, measured, drops, note."""
    rows = [
        [v.claim.text, v.claim.source, v.case.label, v.outcome, v.measured, v.drops, v.claim.note] for v in verdicts
    ]
    return pd.DataFrame(rows, columns=["claim", "source", "case", "verdict", "measured", "drops", "note"])
