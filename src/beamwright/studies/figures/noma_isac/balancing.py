"""Figure 3, table 1 and table 2: the largest SINR all users can have within a power budget."""

from typing import Any

from beamwright.records import Case, Claim, Curve, Metric, Panel, Picture, Study, Table, sweep
from beamwright.studies.figures.noma_isac.common import (
    BOTH_MODES,
    BUDGET,
    CHAIN,
    MEASURES,
    OWN,
    PAPER,
    RANK_ONE,
    SENSING,
    SYSTEM,
    TARGET_POWER,
    USER_SINR,
    cases,
    lines,
    noma,
    oma,
)

_BALANCED = Metric(name="balanced_sinr_db", label="Balanced SINR", unit="dB")
_LOW, _HIGH = sweep(5, 6, 7, 8, 9, 10, 11, 12), sweep(7, 8, 9, 10, 11, 12)
_SETTINGS = ((6.0, 2.0), (8.0, 2.0), (10.0, 2.0), (8.0, 3.0), (10.0, 3.0))
_PUBLISHED_DB = (24.9986, 28.8464, 30.2670, 26.5256, 27.7879)


def _fig3_curves() -> tuple[Curve, ...]:
    curves: list[Curve] = []
    for watts, points in ((2.0, _LOW), (3.0, _HIGH)):
        tag, ending = f"{watts:g}", rf", $P_s$ = {watts:g} W"
        more: dict[str, Any] = {"sensing_power_w": watts, "points": points}
        curves += [
            noma(f"chain-{tag}", "max-min", CHAIN, f"NOMA, chain{ending}", **more),
            noma(f"own-{tag}", "max-min", OWN, f"NOMA, own{ending}", **more),
            oma(f"oma-{tag}", "oma-max-min", f"OMA{ending}", **more),
        ]
    return tuple(curves)


_NAMES = ("chain-2", "oma-2", "own-2", "chain-3", "oma-3", "own-3")

FIG3 = Study(
    name="noma-isac/fig3",
    title="Balanced SINR against the power budget",
    system=SYSTEM,
    measure=f"{MEASURES}:balance",
    axes=(BUDGET,),
    points=_LOW,
    curves=_fig3_curves(),
    metrics=(_BALANCED, RANK_ONE),
    drops=32,
    pictures=(
        Picture(
            name="fig3",
            caption="Balanced SINR against the power budget for two sensing thresholds, (a) without and (b) with own "
            "mode: mean over channels with its 95 % confidence band. OMA is time-shared, its SINR that of equal rate.",
            panels=(
                Panel(
                    metric="balanced_sinr_db",
                    axis="power_w",
                    lines=lines("chain-2", "oma-2", "chain-3", "oma-3", colours=(0, 1, 0, 1), dashes=(0, 0, 1, 1)),
                    title="chain mode and OMA",
                ),
                Panel(
                    metric="balanced_sinr_db",
                    axis="power_w",
                    lines=lines(*_NAMES, colours=(0, 1, 2, 0, 1, 2), dashes=(0, 0, 0, 1, 1, 1)),
                    title="own mode in comparison",
                ),
            ),
        ),
    ),
    claims=(
        Claim(
            text="At equal transmit power NOMA gives every user a higher balanced SINR than OMA, also when the sensing "
            "threshold is raised.",
            source="Section V, figure 3",
            rule="mean",
            metric="balanced_sinr_db",
            relation=">",
            cases=(
                Case(label="chain, 2 W", curve="chain-2", versus="oma-2"),
                Case(label="chain, 3 W", curve="chain-3", versus="oma-3"),
                Case(label="own, 2 W", curve="own-2", versus="oma-2"),
                Case(label="own, 3 W", curve="own-3", versus="oma-3"),
            ),
            note="Judged on means. How many single channels agree is the study noma-vs-oma.",
        ),
        Claim(
            text="The balanced SINR grows with the transmit power.",
            source="Section V, figure 3",
            rule="trend",
            metric="balanced_sinr_db",
            relation=">",
            cases=(
                Case(label="chain, 2 W", curve="chain-2"),
                Case(label="own, 2 W", curve="own-2"),
                Case(label="OMA, 2 W", curve="oma-2"),
            ),
        ),
    ),
    source=PAPER,
    note=BOTH_MODES,
)

_TABLE_CURVES = (
    noma("own", "max-min", OWN, "NOMA, own"),
    noma("chain", "max-min", CHAIN, "NOMA, chain"),
)


def _published(curve: str) -> tuple[Case, ...]:
    return tuple(
        Case(
            curve=curve,
            label=f"{curve}, {budget:g} W, Ps = {sensing:g} W",
            where={"power_w": (budget, budget), "sensing_power_w": (sensing, sensing)},
            against=published,
        )
        for (budget, sensing), published in zip(_SETTINGS, _PUBLISHED_DB, strict=True)
    )


TABLE1 = Study(
    name="noma-isac/table1",
    title="Max-min designs: SINR of each user, power at each target",
    system=SYSTEM,
    measure=f"{MEASURES}:balance",
    axes=(BUDGET, SENSING),
    points=_SETTINGS,
    curves=_TABLE_CURVES,
    metrics=(USER_SINR, TARGET_POWER, RANK_ONE, _BALANCED, Metric(name="sinr_spread", label="SINR spread")),
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
        Claim(
            text="The max-min design gives all users the same SINR.",
            source="Section V, table I",
            rule="every",
            metric="sinr_spread",
            relation="<=",
            against=1e-5,
            cases=cases(own="own", chain="chain"),
            note="Largest over smallest SINR of the users, minus one.",
        ),
        Claim(
            text="Each target receives exactly its sensing threshold.",
            source="Section V, table I",
            rule="every",
            metric="target_power_w",
            relation="=",
            against="sensing_power_w",
            tolerance=1e-3,
            cases=cases(own="own", chain="chain"),
            note="To within the allowed difference of 1 mW between targets.",
        ),
        Claim(
            text="Balanced SINRs between 25 and 30 dB, one channel per setting.",
            source="Section V, table I",
            rule="published",
            metric="balanced_sinr_db",
            cases=(*_published("own"), *_published("chain")),
            note="The paper shows one random channel per setting; judged is whether it could be one of ours.",
        ),
    ),
    source=PAPER,
    note=BOTH_MODES,
)

TABLE2 = Study(
    name="noma-isac/table2",
    title="Power minimisation at the balanced SINR returns the budget",
    system=SYSTEM,
    measure=f"{MEASURES}:round_trip",
    axes=(BUDGET, SENSING),
    points=_SETTINGS,
    curves=_TABLE_CURVES,
    metrics=(
        _BALANCED,
        USER_SINR,
        TARGET_POWER,
        Metric(name="back_w", label="Power returned", unit="W"),
        RANK_ONE,
    ),
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
        Claim(
            text="Minimising power at the balanced SINR returns the power budget, which confirms the max-min design.",
            source="Section V, tables I and II",
            rule="every",
            metric="back_w",
            relation="=",
            against="power_w",
            tolerance=1e-5,
            cases=cases(own="own", chain="chain"),
        ),
        Claim(
            text="Each target receives exactly its sensing threshold.",
            source="Section V, table II",
            rule="every",
            metric="target_power_w",
            relation="=",
            against="sensing_power_w",
            tolerance=1e-3,
            cases=cases(own="own", chain="chain"),
        ),
    ),
    source=PAPER,
    note=BOTH_MODES,
)
