"""Figure F5 of the specification: the objective as printed against the interference it stands for."""

from typing import Any

from beamwright.records import Claim, Panel, sweep
from beamwright.studies.figures.grammar import case, claim, curve, line, metric, panel
from beamwright.studies.figures.star_ris.common import ELEMENTS, PAPER


def _panel(name: str, title: str, reference: float, label: str = "", **more: Any) -> Panel:
    return panel(name, ELEMENTS, line("printed", label), axis_scale="log", reference=reference, title=title, **more)


def _lowers(text: str, source: str, name: str) -> Claim:
    return claim(text, source, "mean", name, "<", case("printed", "relative to the random start"), against=1.0)


STUDY = PAPER.study(
    "fig5",
    "The objective as printed against the truth",
    "as_printed",
    measure_options={"surfaces": 200},
    axes=(ELEMENTS,),
    points=sweep(16, 64, 256),
    curves=(curve("printed", "As printed", "random", precoder="mrt"),),
    metrics=(
        metric("mean_ratio", "Printed over true mean"),
        metric("rank_correlation", "Rank correlation with true interference"),
        metric("descends", "Printed gradient descends"),
        metric("printed_interference", "Interference after minimising as printed"),
        metric("true_interference", "Interference after minimising the truth"),
    ),
    drops=20,
    caption="(a) Modulus of the printed mean over that of the true one, median over scenes; (b) interference "
    "relative to the random start, after minimising the printed objective and after minimising the true one.",
    panels=(
        _panel("mean_ratio", "size of the printed mean", 1.0, statistic="median", scale="log"),
        _panel("rank_correlation", "order of 200 random surfaces", 0.0, least_span=2.0),
        _panel("printed_interference", "minimising the printed objective", 1.0, "As printed"),
        _panel("true_interference", "minimising the true one", 1.0, "As printed"),
    ),
    numbers=("mean_ratio", "rank_correlation", "descends", "printed_interference", "true_interference"),
    numbers_caption="The same in numbers; the share of random points at which the printed gradient descends.",
    claims=(
        _lowers("Minimising the printed objective lowers the interference.", "Theorem 1, problem (13)",
                "printed_interference"),
        claim("The printed gradient is a descent direction of the printed objective.", "Equations (18) and (19)",
              "mean", "descends", ">=", case("printed", "share of random points"), against=0.95),
        _lowers("Minimising the true interference lowers it.", "ours", "true_interference"),
    ),
)  # fmt: skip
