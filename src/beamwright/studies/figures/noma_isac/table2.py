"""Table II: power minimisation at the balanced SINR returns the budget."""

from beamwright.records import Table
from beamwright.studies.figures.grammar import claim, metric
from beamwright.studies.figures.noma_isac.common import (
    BALANCED,
    BUDGET,
    PAPER,
    RANK_ONE,
    SENSING,
    TARGET_POWER,
    USER_SINR,
)
from beamwright.studies.figures.noma_isac.settings import BOTH, CURVES, SETTINGS, sensing_is_tight

STUDY = PAPER.study(
    "table2",
    "Power minimisation at the balanced SINR returns the budget",
    "round_trip",
    axes=(BUDGET, SENSING),
    points=SETTINGS,
    curves=CURVES,
    metrics=(BALANCED, USER_SINR, TARGET_POWER, metric("back_w", "Power returned", "W"), RANK_ONE),
    drops=32,
    tables=(
        Table(
            name="table2",
            caption="Power minimisation with the balanced SINR of table 1 as target: mean and standard deviation over "
            "channels. Users weakest first.",
            metrics=("balanced_sinr_db", "user_sinr_db", "target_power_w", "back_w"),
            curves=("own", "chain"),
        ),
    ),
    claims=(
        claim(
            "Minimising power at the balanced SINR returns the power budget, which confirms the max-min design.",
            "Section V, tables I and II", "every", "back_w", "=", *BOTH, against="power_w", tolerance=1e-5,
        ),
        sensing_is_tight("Section V, table II"),
    ),
)  # fmt: skip
