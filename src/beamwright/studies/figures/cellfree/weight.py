"""The study ``weight``: users against radar, by the weight of sensing."""

from beamwright.records import sweep
from beamwright.studies.figures.cellfree.common import PAPER, UTILITY_METRICS, WEIGHT, curves
from beamwright.studies.figures.grammar import case, cases, claim, curve, lines, panel

_DRAWN = (*curves("moving", "fixed", "silence"), curve("no-offset", "no offsets", "robust", offset_range_hz=0.0))
_MOVE = {"antennas move": "moving", "antennas fixed": "fixed"}

STUDY = PAPER.study(
    "weight",
    "Users against radar by the weight of sensing",
    "utilities",
    axes=(WEIGHT,),
    points=sweep(0.0, 0.2, 0.4, 0.6, 0.8, 0.9, 1.0),
    curves=_DRAWN,
    metrics=UTILITY_METRICS,
    drops=8,
    caption="Sum rate of the users at the worst offsets, and least rate of the radar, log2(1 + SINR), whatever the "
    "offsets, against the weight of sensing; mean over scenes with its 95 % confidence band.",
    panels=(
        panel("users", WEIGHT, *lines("moving", "fixed", "silence", "no-offset"), title="users"),
        panel("sensing", WEIGHT, *lines("moving", "fixed", "silence", "no-offset"), title="radar"),
    ),
    numbers=("users", "sensing", "blind", "loud"),
    claims=(
        claim("More weight on sensing gives the radar more.", "Section III", "change", "sensing", ">", *cases(_MOVE)),
        claim("And costs the users.", "Section III", "change", "users", "<", *cases(_MOVE)),
        claim("Movable antennas give both more.", "Section V", "mean", "sensing", ">",
              case("moving", "radar at 0.8", "fixed", sensing_weight=0.8)),
        claim("Movable antennas give the users more.", "Section V", "mean", "users", ">",
              case("moving", "users at 0.8", "fixed", sensing_weight=0.8)),
    ),
)  # fmt: skip
