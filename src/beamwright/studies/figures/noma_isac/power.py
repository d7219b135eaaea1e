"""Figure 4 and the study ``noma-vs-oma``: the least power for given SINR targets, against time-sharing."""

from typing import Any

from beamwright.records import Case, Claim, Curve, Line, Panel, Picture, Study, sweep
from beamwright.studies.figures.noma_isac.common import (
    BOTH_MODES,
    CHAIN,
    MEASURES,
    OWN,
    PAPER,
    POWER,
    SENSED,
    SINR_TARGET,
    SYSTEM,
    cases,
    lines,
    noma,
    oma,
)

_TARGETS, _HIGH_TARGETS = sweep(0, 3, 5, 8, 10, 12.5, 15), sweep(10, 13, 16, 19, 22, 25)


def _fig4_curves() -> tuple[Curve, ...]:
    curves: list[Curve] = []
    for watts in (2.0, 3.0):
        tag, ending = f"{watts:g}", rf", $P_s$ = {watts:g} W"
        high: dict[str, Any] = {"sensing_power_w": watts, "points": _HIGH_TARGETS}
        curves += [
            noma(f"chain-{tag}", "min-power", CHAIN, f"NOMA, chain{ending}", sensing_power_w=watts),
            oma(f"oma-{tag}", "oma-min-power", f"OMA{ending}", sensing_power_w=watts),
            noma(f"own-{tag}", "min-power", OWN, f"NOMA, own{ending}", **high),
            oma(f"oma-high-{tag}", "oma-min-power", f"OMA{ending}", **high),
            oma(f"oma-free-{tag}", "oma-min-power", f"OMA without pre-log{ending}", prelog=False, **high),
        ]
    return tuple(curves)


_CHAIN_NAMES = ("chain-2", "oma-2", "chain-3", "oma-3")
_OWN_NAMES = ("own-2", "oma-high-2", "oma-free-2", "own-3", "oma-high-3", "oma-free-3")

FIG4 = Study(
    name="noma-isac/fig4",
    title="Least power against the SINR target, NOMA and OMA",
    system=SYSTEM,
    measure=f"{MEASURES}:power",
    axes=(SINR_TARGET,),
    points=_TARGETS,
    curves=_fig4_curves(),
    metrics=(POWER, SENSED),
    drops=64,
    pictures=(
        Picture(
            name="fig4",
            caption="Chain mode: (a) total power, (b) sum of the powers at the targets. Mean over channels with its "
            "95 % confidence band.",
            panels=(
                Panel(
                    metric="objective_w",
                    axis="sinr_db",
                    lines=lines(*_CHAIN_NAMES, colours=(0, 1, 0, 1), dashes=(0, 0, 1, 1)),
                    scale="log",
                    title="total power",
                ),
                Panel(
                    metric="sensing_w",
                    axis="sinr_db",
                    lines=lines(*_CHAIN_NAMES, colours=(0, 1, 0, 1), dashes=(0, 0, 1, 1)),
                    title="sensing power",
                ),
            ),
        ),
        Picture(
            name="fig4-own",
            caption="The same at the published targets, which only own mode can meet. OMA needs (1+SINR)^K - 1 in each "
            "of K slots for the same rate; without that pre-log its power stays below NOMA's.",
            panels=(
                Panel(
                    metric="objective_w",
                    axis="sinr_db",
                    lines=lines(*_OWN_NAMES, colours=(2, 1, 5, 2, 1, 5), dashes=(0, 0, 0, 1, 1, 1)),
                    scale="log",
                    title="total power",
                ),
                Panel(
                    metric="sensing_w",
                    axis="sinr_db",
                    lines=lines(*_OWN_NAMES, colours=(2, 1, 5, 2, 1, 5), dashes=(0, 0, 0, 1, 1, 1)),
                    scale="log",
                    title="sensing power",
                ),
            ),
        ),
    ),
    claims=(
        Claim(
            text="For every SINR target NOMA needs less power than OMA.",
            source="Section V, figure 4(a)",
            rule="mean",
            metric="objective_w",
            relation="<",
            tolerance=1e-5,
            cases=(
                Case(label="chain, 2 W", curve="chain-2", versus="oma-2"),
                Case(label="chain, 3 W", curve="chain-3", versus="oma-3"),
                Case(label="own, 2 W", curve="own-2", versus="oma-high-2"),
                Case(label="own, 3 W", curve="own-3", versus="oma-high-3"),
                Case(label="own, 2 W, OMA without pre-log", curve="own-2", versus="oma-free-2"),
            ),
            note="The paper does not define its OMA. With equal rate over K slots (our default) the comparison is "
            "fair; without the pre-log OMA cannot lose in own mode, since any NOMA design is feasible for it.",
        ),
        Claim(
            text="The sensing powers stay at their threshold whatever the SINR target.",
            source="Section V, figure 4(b)",
            rule="every",
            metric="sensing_w",
            relation="=",
            tolerance=1e-3,
            cases=(
                Case(label="chain, 2 W", curve="chain-2", against=4.0),
                Case(label="chain, 3 W", curve="chain-3", against=6.0),
                Case(label="own, 2 W", curve="own-2", against=4.0),
                Case(label="own, 3 W", curve="own-3", against=6.0),
            ),
            note="Two targets, so the sum is twice the threshold.",
        ),
        Claim(
            text="The sensing threshold of every target is met at every SINR target.",
            source="Section V, figure 4(b)",
            rule="every",
            metric="sensing_w",
            relation=">=",
            cases=(
                Case(label="chain, 2 W", curve="chain-2", against=4.0),
                Case(label="own, 2 W", curve="own-2", against=4.0),
            ),
        ),
    ),
    source=PAPER,
    note=BOTH_MODES,
)

_PAIRS = (
    Line(curve="chain", versus="oma", label="Chain against OMA, frame average", colour=0),
    Line(curve="chain", versus="oma-slot", label="Chain against OMA, sensing in every slot", colour=0, dash=1),
    Line(curve="own", versus="oma", label="Own against OMA, frame average", colour=2),
    Line(curve="own", versus="oma-free", label="Own against OMA without pre-log", colour=2, dash=1),
)

NOMA_VS_OMA = Study(
    name="noma-isac/noma-vs-oma",
    title="On how many channels NOMA beats time-sharing",
    system=SYSTEM,
    measure=f"{MEASURES}:power",
    axes=(SINR_TARGET,),
    points=_TARGETS,
    curves=(
        noma("chain", "min-power", CHAIN, "NOMA, chain"),
        noma("own", "min-power", OWN, "NOMA, own"),
        oma("oma", "oma-min-power", "OMA, frame average"),
        oma("oma-slot", "oma-min-power", "OMA, sensing in every slot", sensing="slot"),
        oma("oma-free", "oma-min-power", "OMA without pre-log", prelog=False),
    ),
    metrics=(POWER,),
    drops=64,
    pictures=(
        Picture(
            name="noma-vs-oma",
            caption="(a) Share of channels on which NOMA needs less power than OMA by more than 0.001 %, with exact "
            "95 % intervals; (b) mean saving in power.",
            panels=(
                Panel(kind="wins", metric="objective_w", axis="sinr_db", lines=_PAIRS, title="channels won"),
                Panel(kind="gain", metric="objective_w", axis="sinr_db", lines=_PAIRS, title="mean saving"),
            ),
        ),
    ),
    claims=(
        Claim(
            text="NOMA needs less power than OMA.",
            source="Section V, figure 4(a); section VI",
            rule="share",
            metric="objective_w",
            relation="<",
            tolerance=1e-5,
            share=0.95,
            cases=cases(
                chain=("chain", "oma"),
                chain_slots=("chain", "oma-slot"),
                own=("own", "oma"),
                own_no_prelog=("own", "oma-free"),
            ),
            note="Judged channel by channel: on at least 95 % of channels, at every target.",
        ),
    ),
    source=PAPER,
    note="At low targets the sensing requirement alone sets the power and both tie.",
)
