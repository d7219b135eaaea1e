"""Figure 3: the largest SINR that all users can have within a power budget, against time-sharing."""

from typing import Any

from beamwright.records import Curve, sweep
from beamwright.studies.figures.grammar import cases, claim, lines, panel
from beamwright.studies.figures.noma_isac.common import (
    BALANCED,
    BUDGET,
    CHAIN,
    OWN,
    PAPER,
    RANK_ONE,
    noma,
    oma,
    threshold,
)

_LOW, _HIGH = sweep(5, 6, 7, 8, 9, 10, 11, 12), sweep(7, 8, 9, 10, 11, 12)


def _curves(watts: float, **more: Any) -> tuple[Curve, ...]:
    more["sensing_power_w"] = watts
    return (
        noma(f"chain-{watts:g}", "max-min", CHAIN, f"NOMA, chain{threshold(watts)}", **more),
        noma(f"own-{watts:g}", "max-min", OWN, f"NOMA, own{threshold(watts)}", **more),
        oma(f"oma-{watts:g}", "oma-max-min", f"OMA{threshold(watts)}", **more),
    )


_CHAIN = lines("chain-2", "oma-2", "chain-3", "oma-3", colours=(0, 1, 0, 1), dashes=(0, 0, 1, 1))
_ALL = lines("chain-2", "oma-2", "own-2", "chain-3", "oma-3", "own-3",
             colours=(0, 1, 2, 0, 1, 2), dashes=(0, 0, 0, 1, 1, 1))  # fmt: skip

STUDY = PAPER.study(
    "fig3",
    "Balanced SINR against the power budget",
    "balance",
    axes=(BUDGET,),
    points=_LOW,
    curves=(*_curves(2.0, points=_LOW), *_curves(3.0, points=_HIGH)),
    metrics=(BALANCED, RANK_ONE),
    drops=32,
    caption="Balanced SINR against the power budget for two sensing thresholds, (a) without and (b) with own "
    "mode: mean over channels with its 95 % confidence band. OMA is time-shared, its SINR that of equal rate.",
    panels=(
        panel("balanced_sinr_db", BUDGET, *_CHAIN, title="chain mode and OMA"),
        panel("balanced_sinr_db", BUDGET, *_ALL, title="own mode in comparison"),
    ),
    claims=(
        claim(
            "At equal transmit power NOMA gives every user a higher balanced SINR than OMA, also when the sensing "
            "threshold is raised.", "Section V, figure 3", "mean", "balanced_sinr_db", ">",
            *cases({f"{mode}, {watts} W": (f"{mode}-{watts}", f"oma-{watts}")
                    for mode in (CHAIN, OWN) for watts in (2, 3)}),
            note="Judged on means. How many single channels agree is the study noma-vs-oma.",
        ),
        claim("The balanced SINR grows with the transmit power.", "Section V, figure 3", "trend", "balanced_sinr_db",
              ">", *cases({"chain, 2 W": "chain-2", "own, 2 W": "own-2", "OMA, 2 W": "oma-2"})),
    ),
)  # fmt: skip
