"""The study ``access-points``: what offsets cost by the number of access points."""

from beamwright.records import sweep
from beamwright.studies.figures.cellfree.common import APS, PAPER, UTILITY_METRICS, curves, on_average
from beamwright.studies.figures.grammar import case, claim, lines, panel

_NAMES = ("moving", "fixed", "non-robust", "leakage")

STUDY = PAPER.study(
    "access-points",
    "What offsets cost by the number of access points",
    "utilities",
    axes=(APS,),
    points=sweep(1, 2, 4, 6, 8),
    curves=curves(*_NAMES, "silence"),
    metrics=UTILITY_METRICS,
    drops=8,
    caption="Worst-case utility, and the share of the utility without offsets that the worst ones take, against the "
    "number of access points; mean over scenes with its 95 % confidence band.",
    panels=(
        panel("worst", APS, *lines(*_NAMES, "silence"), title="worst-case utility"),
        panel("lost", APS, *lines(*_NAMES), title="share lost to offsets"),
    ),
    numbers=("worst", "nominal", "lost", "loud"),
    claims=(
        claim("With more access points offsets cost more.", "Section I", "change", "lost", ">",
              case("non-robust", "designs that ignore them", aps=(2.0, 8.0)),
              case("leakage", "leakage beams", aps=(2.0, 8.0)), case("moving", "robust designs", aps=(2.0, 8.0)),
              note="From two access points on: one alone has nobody to differ from."),
        on_average("Robust design pays from two access points on.", ("moving", "non-robust"), aps=(2.0, 8.0)),
    ),
)  # fmt: skip
