"""Figures 5, 6 and 7: what robustness to channel errors costs, and what it buys."""

from typing import Any, Literal

from beamwright.records import Case, Claim, Curve, Line, Metric, Panel, Picture, Study, sweep
from beamwright.studies.figures.noma_isac.common import (
    BOTH_MODES,
    CHAIN,
    MEASURES,
    OWN,
    PAPER,
    POWER,
    RADIATED,
    SENSED,
    SINR_TARGET,
    SYSTEM,
    cases,
    lines,
    noma,
)

_ROBUST, _NAIVE = "robust-min-power", "non-robust-min-power"
_CHAIN_TARGETS, _OWN_TARGETS = sweep(0, 2.5, 5, 7.5, 9, 10, 10.5), sweep(10, 13, 16, 19, 22, 25)
_TARGETS_OF = {CHAIN: _CHAIN_TARGETS, OWN: _OWN_TARGETS}


def _pair(mode: str, watts: float) -> tuple[Curve, Curve]:
    """Robust and non-robust, same mode and sensing threshold."""
    ending = rf", $P_s$ = {watts:g} W"
    more: dict[str, Any] = {"sensing_power_w": watts, "csi_error": 0.05, "points": _TARGETS_OF[mode]}
    return (
        noma(f"{mode}-robust-{watts:g}", _ROBUST, mode, f"Robust{ending}", **more),
        noma(f"{mode}-naive-{watts:g}", _NAIVE, mode, f"Non-robust{ending}", **more),
    )


def _panel(mode: str, metric: str, thresholds: tuple[int, ...], title: str) -> Panel:
    names = [f"{mode}-{kind}-{watts}" for watts in thresholds for kind in ("robust", "naive")]
    colours, dashes = (0, 1, 0, 1)[: len(names)], (0, 0, 1, 1)[: len(names)]
    return Panel(metric=metric, axis="sinr_db", lines=lines(*names, colours=colours, dashes=dashes), title=title)


FIG5 = Study(
    name="noma-isac/fig5",
    title="Power of robust and non-robust designs against the SINR target",
    system=SYSTEM,
    measure=f"{MEASURES}:power",
    axes=(SINR_TARGET,),
    points=_CHAIN_TARGETS,
    curves=(*_pair(CHAIN, 2.0), *_pair(CHAIN, 3.0), *_pair(OWN, 2.0), *_pair(OWN, 3.0)),
    metrics=(POWER,),
    drops=32,
    pictures=(
        Picture(
            name="fig5",
            caption="Total power with channel errors up to 0.05, robust to all of them or ignoring them. Mean over "
            "channels with its 95 % confidence band.",
            panels=(
                _panel(CHAIN, "objective_w", (2, 3), "chain mode"),
                _panel(OWN, "objective_w", (2, 3), "own mode"),
            ),
        ),
    ),
    claims=(
        Claim(
            text="The robust design needs more power than the non-robust one.",
            source="Section V, figure 5",
            rule="mean",
            metric="objective_w",
            relation=">",
            tolerance=1e-5,
            cases=tuple(
                Case(label=f"{mode}, {watts} W", curve=f"{mode}-robust-{watts}", versus=f"{mode}-naive-{watts}")
                for mode in (CHAIN, OWN)
                for watts in (2, 3)
            ),
        ),
        Claim(
            text="The power of the robust design grows with the SINR target.",
            source="Section V, figure 5",
            rule="trend",
            metric="objective_w",
            relation=">=",
            cases=tuple(Case(label=f"{mode}, 2 W", curve=f"{mode}-robust-2") for mode in (CHAIN, OWN)),
        ),
    ),
    source=PAPER,
    note=BOTH_MODES,
)

FIG6 = Study(
    name="noma-isac/fig6",
    title="Radiated and sensing power of robust and non-robust designs",
    system=SYSTEM,
    measure=f"{MEASURES}:power",
    axes=(SINR_TARGET,),
    points=_CHAIN_TARGETS,
    curves=(*_pair(CHAIN, 2.0), *_pair(OWN, 2.0)),
    metrics=(RADIATED, SENSED),
    drops=32,
    pictures=tuple(
        Picture(
            name=name,
            caption=f"{mode.capitalize()} mode, channel errors up to 0.05: (a) radiated power, (b) sum of the powers "
            "at the targets. Mean over channels with its 95 % confidence band.",
            panels=(
                _panel(mode, "radiated_w", (2,), "radiated power"),
                _panel(mode, "sensing_w", (2,), "sensing power"),
            ),
        )
        for mode, name in ((CHAIN, "fig6"), (OWN, "fig6-own"))
    ),
    claims=(
        Claim(
            text="The robust design radiates more power than the non-robust one.",
            source="Section V, figure 6(a)",
            rule="mean",
            metric="radiated_w",
            relation=">",
            tolerance=1e-5,
            cases=cases(chain=("chain-robust-2", "chain-naive-2"), own=("own-robust-2", "own-naive-2")),
        ),
        Claim(
            text="Both designs meet the sensing threshold.",
            source="Section V, figure 6(b)",
            rule="every",
            metric="sensing_w",
            relation=">=",
            against=4.0,
            cases=cases(
                chain_robust="chain-robust-2",
                chain_non_robust="chain-naive-2",
                own_robust="own-robust-2",
                own_non_robust="own-naive-2",
            ),
        ),
        Claim(
            text="Robustness changes the power spent on communication only; the sensing power stays at its threshold.",
            source="Section V, figures 5 and 6",
            rule="every",
            metric="sensing_w",
            relation="=",
            against=4.0,
            tolerance=1e-3,
            cases=cases(chain_robust="chain-robust-2", own_robust="own-robust-2"),
            note="Two targets of 2 W each, to within the allowed difference of 1 mW.",
        ),
    ),
    source=PAPER,
    note=BOTH_MODES,
)

_SAMPLED = Metric(name="min_sinr_db", label="Least SINR of all users", unit="dB")
_WORST = Metric(name="worst_sinr_db", label="Exact worst case", unit="dB")
_MISSED = Metric(name="missed", label="Share of errors that miss the target")
_STD = Metric(name="sample_std_db", label="Standard deviation over errors", unit="dB")


def _distributions(mode: str, target_db: float, name: str, scale: Literal["linear", "log"]) -> Picture:
    both = (
        Line(curve=f"{mode}-robust", label="Robust", colour=0),
        Line(curve=f"{mode}-naive", label="Non-robust", colour=1, dash=1),
    )
    shown: dict[str, Any] = {"metric": "min_sinr_db", "lines": both, "reference": target_db}
    return Picture(
        name=name,
        caption=f"{mode.capitalize()} mode, target {target_db:g} dB (dashed line), errors uniform in a ball of radius "
        "0.1: (a) density and (b) distribution of the least SINR over 1000 errors on each channel. Symbols mark each "
        "channel's exact worst case over the whole ball.",
        panels=(
            Panel(kind="density", marks=("worst_sinr_db",), title="density", scale=scale, **shown),
            Panel(kind="cdf", title="distribution", **shown),
        ),
    )


FIG7 = Study(
    name="noma-isac/fig7",
    title="Least SINR under channel errors, robust and non-robust",
    system=SYSTEM,
    measure=f"{MEASURES}:errors",
    measure_options={"csi_error": 0.1, "samples": 1000},
    axes=(SINR_TARGET,),
    points=sweep(8),
    curves=(
        noma("chain-robust", _ROBUST, CHAIN, "Robust", csi_error=0.1),
        noma("chain-naive", _NAIVE, CHAIN, "Non-robust", csi_error=0.1),
        noma("own-robust", _ROBUST, OWN, "Robust", csi_error=0.1, points=sweep(20)),
        noma("own-naive", _NAIVE, OWN, "Non-robust", csi_error=0.1, points=sweep(20)),
    ),
    metrics=(_SAMPLED, _WORST, _MISSED, _STD, POWER),
    drops=24,
    pictures=(_distributions(OWN, 20.0, "fig7", "linear"), _distributions(CHAIN, 8.0, "fig7-chain", "log")),
    claims=(
        Claim(
            text="The robust design reaches the SINR target under every channel error.",
            source="Section V, figures 7(a) and 7(b)",
            rule="every",
            metric="worst_sinr_db",
            relation=">=",
            against="sinr_db",
            tolerance=1e-5,
            cases=cases(own_20_dB="own-robust", chain_8_dB="chain-robust"),
            note="Judged by the exact worst case over the ball, not by samples. 20 dB is feasible in own mode only.",
        ),
        Claim(
            text="The non-robust design falls below the target.",
            source="Section V, figures 7(c) and 7(d)",
            rule="every",
            metric="worst_sinr_db",
            relation="<",
            against="sinr_db",
            cases=cases(own_20_dB="own-naive", chain_8_dB="chain-naive"),
        ),
        Claim(
            text="Practically all errors take the non-robust design below the target.",
            source="Section V, figure 7(d)",
            rule="mean",
            metric="missed",
            relation=">=",
            against=0.95,
            cases=cases(own_20_dB="own-naive", chain_8_dB="chain-naive"),
            note="Mean share of 1000 errors per channel, against 95 %.",
        ),
        Claim(
            text="The SINR of the robust design stays within a narrower range than that of the non-robust one.",
            source="Section V, figures 7(b) and 7(d)",
            rule="mean",
            metric="sample_std_db",
            relation="<",
            cases=cases(own_20_dB=("own-robust", "own-naive"), chain_8_dB=("chain-robust", "chain-naive")),
        ),
    ),
    source=PAPER,
    note=BOTH_MODES,
)
