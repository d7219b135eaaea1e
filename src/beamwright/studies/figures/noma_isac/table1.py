"""Table I: SINR of each user and power at each target of max-min designs."""

from beamwright.records import Table
from beamwright.studies.figures.grammar import case, claim, metric
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

_PUBLISHED_DB = (24.9986, 28.8464, 30.2670, 26.5256, 27.7879)

STUDY = PAPER.study(
    "table1",
    "Max-min designs: SINR of each user, power at each target",
    "balance",
    axes=(BUDGET, SENSING),
    points=SETTINGS,
    curves=CURVES,
    metrics=(USER_SINR, TARGET_POWER, RANK_ONE, BALANCED, metric("sinr_spread", "SINR spread")),
    drops=32,
    tables=(
        Table(
            name="table1",
            caption="Max-min designs: mean and standard deviation over channels. Users weakest first.",
            metrics=("user_sinr_db", "target_power_w", "rank_one"),
            curves=("own", "chain"),
        ),
    ),
    claims=(
        claim(
            "The max-min design gives all users the same SINR.", "Section V, table I", "every", "sinr_spread", "<=",
            *BOTH, against=1e-5, note="Largest over smallest SINR of the users, minus one.",
        ),
        sensing_is_tight("Section V, table I", "To within the allowed difference of 1 mW between targets."),
        claim(
            "Balanced SINRs between 25 and 30 dB, one channel per setting.", "Section V, table I", "published",
            "balanced_sinr_db", "=",
            *(
                case(name, f"{name}, {budget:g} W, Ps = {sensing:g} W", against=published,
                     power_w=budget, sensing_power_w=sensing)
                for name in ("own", "chain")
                for (budget, sensing), published in zip(SETTINGS, _PUBLISHED_DB, strict=True)
            ),
            note="The paper shows one random channel per setting; judged is whether it could be one of ours.",
        ),
    ),
)  # fmt: skip
