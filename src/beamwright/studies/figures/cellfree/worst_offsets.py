"""The study ``worst-offsets``: what finds the worst offsets."""

from beamwright.records import sweep
from beamwright.studies.figures.cellfree.common import PAPER, RANGE, curves
from beamwright.studies.figures.grammar import case, claim, line, outcome, panel

_VARIANTS = {
    "oracle": "oracle",
    "vertices": "vertices alone",
    "manifold": "manifold, one start",
    "starts": "manifold, four starts",
    "no_duals": "manifold without duals",
    "polished": "manifold, polished",
}
_RANGES = {"up to 500 Hz": (0.0, 500.0), "from 2000 Hz": (2000.0, 4000.0)}

STUDY = PAPER.study(
    "worst-offsets",
    "What finds the worst offsets",
    "missed",
    axes=(RANGE,),
    points=sweep(125.0, 500.0, 2000.0, 4000.0),
    curves=curves("non-robust", "leakage"),
    metrics=tuple(
        outcome(name, f"Share of the drop missed, {label}", least=0.0, most=1.0) for name, label in _VARIANTS.items()
    ),
    drops=12,
    caption="Share of the drop of the utility, from no offsets to the worst ones, that a method does not find, "
    "mean over scenes with its 95 % confidence band: (a) designs that ignore offsets, (b) leakage beams. The "
    "worst ones are the certificate's: 512 points and 16 searches, from 2000 Hz on 1024 points, of which the worst 32 "
    "are improved by moving one access point at a time, and 16 searches. One start of the manifold algorithm begins "
    "beside no offsets, which can be a stationary point.",
    panels=(
        panel("manifold", RANGE, *(line(name, label, metric=metric) for metric, label in _VARIANTS.items()),
              axis_scale="log", title=title, label="Share missed")
        for name, title in (("non-robust", "not robust"), ("leakage", "leakage beams"))
    ),
    numbers=tuple(_VARIANTS),
    claims=(
        claim("The manifold algorithm finds the worst offsets.", "Algorithm 1", "mean", "manifold", "<=",
              case("non-robust", "one start"), against=0.01, note="Read as: it misses at most 1 % of the drop."),
        claim("So does a search that only looks at vertices.", "ours", "mean", "vertices", "<=",
              *(case("non-robust", words, offset_range_hz=limits) for words, limits in _RANGES.items()), against=0.01),
        claim("The oracle finds them.", "ours", "every", "oracle", "<=",
              *(case(name, f"{name}, {words}", offset_range_hz=limits)
                for name in ("non-robust", "leakage") for words, limits in _RANGES.items()), against=1e-3),
    ),
)  # fmt: skip
