"""One self-contained HTML page: pictures, tables, claims with their verdicts, failures and provenance."""

import base64
from collections import Counter
from dataclasses import dataclass, field
from html import escape
from importlib import resources

import pandas as pd

from beamwright import __version__
from beamwright.records import USABLE, Claim, Picture, Table, runs_of
from beamwright.report.claims import Outcome, Verdict
from beamwright.report.curves import BAND_DROPS
from beamwright.report.data import Data

_NAMED = 3
"""Damaged parts that are named."""
_PILL = {Outcome.HOLDS: "yes", Outcome.FAILS: "no", Outcome.UNDECIDED: "open"}


@dataclass(frozen=True)
class Section:
    """Section of the page for one study."""

    data: Data
    pictures: list[tuple[Picture, bytes, bytes, pd.DataFrame]] = field(default_factory=list)
    """(picture, SVG, PDF, the numbers behind it)."""
    tables: list[tuple[Table, pd.DataFrame, pd.DataFrame]] = field(default_factory=list)
    """(table, as people read it, as a program does)."""
    verdicts: list[Verdict] = field(default_factory=list)
    undrawn: dict[str, str] = field(default_factory=dict)
    """Pictures that cannot be drawn, and why."""

    @property
    def anchor(self) -> str:
        """Name of the section within the page."""
        return escape(self.data.study.name.replace("/", "-"))


def render_page(sections: list[Section]) -> str:
    """The whole page; every picture and file is inside it, no script, no network."""
    sheet = resources.files("beamwright.report").joinpath("page.css").read_text()
    body = "\n".join(_section(section) for section in sections)
    sources = sorted({section.data.study.source for section in sections if section.data.study.source})
    cited = "".join(f"<p class=source>{escape(source)}</p>" for source in sources)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Beamwright report</title><style>{sheet}</style></head><body><main>\n"
        f"<header><h1>Beamwright report</h1>{cited}</header>\n{_overview(sections)}\n{body}\n"
        f"<footer>Written by Beamwright {escape(__version__)} from stored records; nothing was designed for this page."
        "</footer>\n</main></body></html>\n"
    )


def _overview(sections: list[Section]) -> str:
    rows = []
    for section in sections:
        data = section.data
        counts = Counter(verdict.outcome for verdict in section.verdicts)
        statuses = data.status_counts()
        total = int(statuses.to_numpy().sum())
        failed = total - int(statuses[[name for name in USABLE if name in statuses]].to_numpy().sum())
        pills = " ".join(_pill(outcome, str(counts[outcome])) for outcome in _PILL if counts[outcome])
        state = "" if not data.missing else f' <span class="pill open">{data.missing} chunks to come</span>'
        rows.append(
            f'<tr><td><a href="#{section.anchor}">{escape(data.study.name)}</a>{state}</td>'
            f"<td>{escape(data.study.title)}</td><td class=n>{data.card.drops}</td><td class=n>{total:,}</td>"
            f"<td class=n>{failed:,}</td><td>{pills}</td></tr>"
        )
    head = "<tr><th>Study<th>Title<th class=n>Channels<th class=n>Designs<th class=n>Not usable<th>Claims judged</tr>"
    legend = " ".join(_pill(outcome, outcome) for outcome in _PILL)
    joint = f"Verdicts: {legend} at 95&nbsp;% confidence, joint over the points of a curve."
    return f"<section><h2>Overview</h2>{_grid(head, rows)}<p class=small>{joint}</p></section>"


def _section(section: Section) -> str:
    data = section.data
    title = f"{escape(data.study.title)} <code>{escape(data.study.name)}</code>"
    parts = [f'<section id="{section.anchor}"><h2>{title}</h2>']
    parts += [f"<p class=warning>{escape(text)}</p>" for text in _warnings(section)]
    if data.study.note:
        parts.append(f"<p>{escape(data.study.note)}</p>")
    parts += [_picture(*picture) for picture in section.pictures]
    parts += [_table(*table) for table in section.tables]
    parts += [_claims(section.verdicts), _failures(data), _provenance(data), "</section>"]
    return "\n".join(parts)


def _warnings(section: Section) -> list[str]:
    """Warnings about what is not on the page, and why."""
    data, texts = section.data, []
    if data.missing:
        texts.append(f"{data.missing} of {len(data.card.parts)} chunks are not computed yet.")
    if data.damaged:
        files = ", ".join(f"parts/{name}.parquet" for name in data.damaged[:_NAMED])
        more = f" and {len(data.damaged) - _NAMED} more" if len(data.damaged) > _NAMED else ""
        texts.append(f"Damaged, left out, and computed again by the same beamwright study: {files}{more}.")
    texts += [f"Picture {name} cannot be drawn: {reason}" for name, reason in section.undrawn.items()]
    return texts


def _picture(picture: Picture, svg: bytes, pdf: bytes, numbers: pd.DataFrame) -> str:
    image = f'<img alt="{escape(picture.caption)}" src="data:image/svg+xml;base64,{_base64(svg)}">'
    files = _download(f"{picture.name}.csv", "text/csv", numbers.to_csv(index=False).encode(), "CSV")
    files += " · " + _download(f"{picture.name}.pdf", "application/pdf", pdf, "PDF")
    size = "one" if len(picture.panels) == 1 else "two"
    used = sorted({int(count) for count in numbers["drops"].dropna()}) if "drops" in numbers else []
    drops = f" {'–'.join(str(n) for n in dict.fromkeys((used[0], used[-1])))} channels per point." if used else ""
    drops += " Too few for bands of confidence." if used and used[-1] < BAND_DROPS else ""
    caption = f"{escape(picture.caption)}{drops} <span class=files>{files}</span>"
    return f"<figure class={size}>{image}<figcaption>{caption}</figcaption></figure>"


def _table(table: Table, shown: pd.DataFrame, summary: pd.DataFrame) -> str:
    head = "".join(f"<th>{escape(str(name))}" for name in shown.columns)
    cells = ("".join(f"<td>{escape(str(value))}" for value in row) for row in shown.itertuples(index=False))
    grid = _grid(f"<tr>{head}</tr>", [f"<tr>{row}</tr>" for row in cells])
    file = _download(f"{table.name}.csv", "text/csv", summary.to_csv(index=False).encode(), "CSV")
    return f"<figure class=table>{grid}<figcaption>{escape(table.caption)} {file}</figcaption></figure>"


def _claims(verdicts: list[Verdict]) -> str:
    if not verdicts:
        return ""
    rows = []
    for verdict in verdicts:
        first = verdict.case == verdict.claim.cases[0]
        rows.append(
            f"<tr{' class=first' if first else ''}>{_claim(verdict.claim) if first else ''}"
            f"<td class=case>{escape(verdict.case.label)}<td>{_pill(verdict.outcome, verdict.outcome)}"
            f"<td>{escape(verdict.measured)}<td class=n>{verdict.drops}</tr>"
        )
    head = "<tr><th>The paper says<th>Case<th>Verdict<th>Measured<th class=n>Drops</tr>"
    return f"<h3>Claims</h3>{_grid(head, rows, 'claims')}"


def _claim(claim: Claim) -> str:
    note = f"<div class=small>{escape(claim.note)}</div>" if claim.note else ""
    source = f"<div class=small>{escape(claim.source)}</div>"
    return f"<td rowspan={len(claim.cases)}>{escape(claim.text)}{source}{note}"


def _failures(data: Data) -> str:
    counts = data.status_counts()
    if counts.empty:
        return ""
    order = [*[name for name in USABLE if name in counts], *[name for name in counts if name not in USABLE]]
    head = "<tr><th>Curve" + "".join(f"<th class=n>{escape(name.replace('_', ' '))}" for name in order) + "</tr>"
    rows = []
    for name, row in counts[order].iterrows():
        bad = [status not in USABLE and row[status] > 0 for status in order]
        cells = [f"<td class='n{' bad' if mark else ''}'>{row[s]:,}" for s, mark in zip(order, bad, strict=True)]
        rows.append(f"<tr><td>{escape(data.study.curve(str(name)).label)}{''.join(cells)}</tr>")
    lost = int(counts[[name for name in order if name not in USABLE]].to_numpy().sum())
    summary = f"How {int(counts.to_numpy().sum()):,} designs ended: {lost:,} not usable"
    text = f"Designs that are not usable are kept in the records and counted here. {_kept(data)}"
    return f"<details><summary>{summary}</summary>{_grid(head, rows)}<p class=small>{text}</p></details>"


def _kept(data: Data) -> str:
    """Sentence on what becomes of designs that are not usable."""
    outcomes = [metric.label for metric in data.study.metrics if metric.every_status]
    if not outcomes:
        return "They are left out of means and claims."
    kept = "everything here" if len(outcomes) == len(data.study.metrics) else ", ".join(dict.fromkeys(outcomes))
    return (
        f"They are part of means and claims about what means something however a design ended: {escape(kept)}. "
        "Hollow markers: most designs of a point are not usable."
    )


def _provenance(data: Data) -> str:
    runs = runs_of(data.store.folder)
    if not runs:
        return ""
    last = runs[-1]
    given = last.get("versions")
    versions = given if isinstance(given, dict) else {}
    facts = {
        "Seed": data.card.seed,
        "Channels": data.card.drops,
        "Computing time": f"{data.store.seconds():.1f} s in {len(data.card.parts)} chunks",
        "Runs that contributed": len(runs),
        "Last started": last.get("started"),
        "Command": last.get("command"),
        "Beamwright": f"{last.get('beamwright')}, commit {last.get('commit') or 'unknown'}",
        "Versions": ", ".join(f"{name} {version}" for name, version in versions.items()),
        "Platform": f"{last.get('platform')}, {last.get('cores')} cores",
    }
    rows = "".join(f"<tr><th>{escape(name)}<td>{escape(str(value))}</tr>" for name, value in facts.items())
    return f"<details><summary>Provenance</summary><table class=facts>{rows}</table></details>"


def _grid(head: str, rows: list[str], kind: str = "") -> str:
    body = f"<thead>{head}</thead><tbody>{''.join(rows)}</tbody>"
    return f'<div class=wide><table class="{kind}">{body}</table></div>'


def _pill(outcome: Outcome, text: str) -> str:
    return f'<span class="pill {_PILL[outcome]}" title="{escape(outcome)}">{escape(text)}</span>'


def _download(name: str, kind: str, content: bytes, text: str) -> str:
    return f'<a download="{escape(name)}" href="data:{kind};base64,{_base64(content)}">{text}</a>'


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()
