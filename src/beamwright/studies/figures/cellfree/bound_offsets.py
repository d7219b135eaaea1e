"""The study ``bound-offsets``: whether offsets raise the bound on the position, in random geometries."""

from beamwright.records import sweep
from beamwright.studies.figures.cellfree.common import PAPER, curves
from beamwright.studies.figures.grammar import axis, case, claim, outcome

_ANTENNAS = axis("rx_antennas", "Receive antennas")
_NAMES = {"known": "known", "consistent": "one per access point", "free": "one per pair"}
_METRICS = tuple(f"{grid}_{kind}" for grid in ("diagonal", "grid") for kind in _NAMES)


def _raises(text: str, grid: str, kind: str, source: str, tolerance: float = 1e-6):
    return claim(text, source, "every", f"{grid}_{kind}", ">", case("silence", _NAMES[kind]), against=f"{grid}_known",
                 tolerance=tolerance)  # fmt: skip


STUDY = PAPER.study(
    "bound-offsets",
    "Bounds on the position with and without offsets",
    "bounds",
    draw="beamwright.studies.figures.cellfree.measures:random_geometry",
    axes=(_ANTENNAS,),
    points=sweep(1, 4),
    curves=curves("silence"),
    metrics=tuple(outcome(name, "Position bound", "cm", least=0.0) for name in _METRICS),
    drops=50,
    numbers=_METRICS,
    numbers_caption="Bounds where access points, their axes and the target are anywhere, offsets known, one per access "
    "point, one per pair: one index for subcarrier and symbol, then a full grid; mean over geometries.",
    claims=(
        _raises("Offsets raise the bound on the position: as printed, an offset for every pair.", "diagonal", "free",
                "Section I"),
        _raises("Offsets of the access points raise it, one index for subcarrier and symbol.", "diagonal",
                "consistent", "ours"),
        _raises("They raise it on a grid of subcarriers and symbols.", "grid", "free", "ours"),
    ),
    note="Equal SNR on every link, 256 resource elements (times 16 symbols on the grid).",
)  # fmt: skip
