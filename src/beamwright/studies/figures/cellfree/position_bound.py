"""The study ``position-bound``: how well a target's position can be known."""

from beamwright.records import Table, sweep
from beamwright.studies.figures.cellfree.common import ONE_GEOMETRY, PAPER, curves
from beamwright.studies.figures.grammar import axis, line, outcome, panel

_ANTENNAS = axis("rx_antennas", "Receive antennas")
_KINDS = {"known": "known", "consistent": "one per access point", "free": "one per pair"}
_GRIDS = {"diagonal": "one index", "grid": "full grid"}
_BOUNDS = tuple(f"{grid}_{kind}" for grid in _GRIDS for kind in _KINDS)

STUDY = PAPER.study(
    "position-bound",
    "Bounds on the target's position",
    "bounds",
    axes=(_ANTENNAS,),
    points=sweep(1, 2, 4, 8),
    curves=curves("silence"),
    metrics=tuple(outcome(name, "Position bound", "cm") for name in _BOUNDS),
    drops=1,
    caption="Least standard deviation of any unbiased estimate of the target's position against the number of "
    "receive antennas, offsets known, one per access point, one per pair of access points: (a) 256 resource "
    "elements with one index for subcarrier and symbol, (b) 256 subcarriers times 16 symbols.",
    panels=(
        panel(f"{grid}_known", _ANTENNAS,
              *(line("silence", words, dash=i, metric=f"{grid}_{kind}")
                for i, (kind, words) in enumerate(_KINDS.items())),
              title=title)
        for grid, title in _GRIDS.items()
    ),
    tables=(
        Table(
            name="position-bound-table",
            caption="The same in numbers, columns in this order: one index with offsets "
            "known, one per access point, one per pair; full grid likewise.",
            metrics=_BOUNDS,
            curves=("silence",),
            digits=4,
        ),
    ),
    note=ONE_GEOMETRY,
)  # fmt: skip
