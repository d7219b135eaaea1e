"""Figure 5: what robustness to channel errors costs in power."""

from beamwright.studies.figures.grammar import cases, claim
from beamwright.studies.figures.noma_isac.common import CHAIN, OWN, PAPER, POWER, SINR_TARGET
from beamwright.studies.figures.noma_isac.pairs import TARGETS, pair, pair_panel

STUDY = PAPER.study(
    "fig5",
    "Power of robust and non-robust designs against the SINR target",
    "power",
    axes=(SINR_TARGET,),
    points=TARGETS[CHAIN],
    curves=(*pair(CHAIN, 2.0), *pair(CHAIN, 3.0), *pair(OWN, 2.0), *pair(OWN, 3.0)),
    metrics=(POWER,),
    drops=32,
    caption="Total power with channel errors up to 0.05, robust to all of them or ignoring them. Mean over "
    "channels with its 95 % confidence band.",
    panels=(
        pair_panel("objective_w", CHAIN, 2, 3, title="chain mode"),
        pair_panel("objective_w", OWN, 2, 3, title="own mode"),
    ),
    claims=(
        claim(
            "The robust design needs more power than the non-robust one.", "Section V, figure 5", "mean", "objective_w",
            ">", *cases({f"{mode}, {watts} W": (f"{mode}-robust-{watts}", f"{mode}-naive-{watts}")
                         for mode in (CHAIN, OWN) for watts in (2, 3)}),
            tolerance=1e-5,
        ),
        claim("The power of the robust design grows with the SINR target.", "Section V, figure 5", "trend",
              "objective_w", ">=", *cases({"chain, 2 W": "chain-robust-2", "own, 2 W": "own-robust-2"})),
    ),
)  # fmt: skip
