"""The study ``rank``: how often the relaxation is tight, and what recovery costs where it is not."""

from typing import Any

from beamwright.records import Case, Claim, Curve, Metric, Panel, Picture, Study, sweep
from beamwright.studies.figures.noma_isac.common import (
    CHAIN,
    DESIGNED,
    GAP,
    MEASURES,
    OWN,
    PAPER,
    POWER,
    RANK_ONE,
    SINR_TARGET,
    SYSTEM,
    lines,
    noma,
)

_CHAIN, _TIGHT = sweep(0, 2.5, 5, 7.5, 9, 10, 10.5, 11.25, 12), sweep(0, 2.5, 5, 7, 8, 8.5, 9.25, 10)
_OWN = sweep(10, 13, 16, 19, 22, 25)
_CHAIN_NAMES = ("chain-0", "chain-0.05", "chain-0.1")
_OWN_NAMES = ("own-0", "own-0.05", "own-0.1")


def _curve(mode: str, error: float, points: tuple[tuple[float, ...], ...]) -> Curve:
    method = "robust-min-power" if error else "min-power"
    label = (f"{mode.capitalize()}, errors up to {error:g}") if error else f"{mode.capitalize()}, channels known"
    more: dict[str, Any] = {"csi_error": error} if error else {}
    return noma(f"{mode}-{error:g}", method, mode, label, points=points, **more)


def _panels(names: tuple[str, ...]) -> tuple[Panel, ...]:
    drawn: dict[str, Any] = {"axis": "sinr_db", "lines": lines(*names, colours=(0, 1, 2))}
    return (
        Panel(metric="rank_one", statistic="share", title="bound attained by a rank-one design", **drawn),
        Panel(
            metric="gap_percent", title="certified gap of the returned design", least_span=0.1, common=False, **drawn
        ),
    )


RANK = Study(
    name="noma-isac/rank",
    title="Rank of the relaxation and certified gap",
    system=SYSTEM,
    measure=f"{MEASURES}:power",
    axes=(SINR_TARGET,),
    points=_CHAIN,
    curves=(
        _curve(CHAIN, 0.0, _CHAIN),
        _curve(CHAIN, 0.05, _CHAIN),
        _curve(CHAIN, 0.1, _TIGHT),
        _curve(OWN, 0.0, _OWN),
        _curve(OWN, 0.05, _OWN),
        _curve(OWN, 0.1, _OWN),
    ),
    metrics=(
        RANK_ONE,
        Metric(name="covariance_rank_one", label="Relaxed covariances of rank one", every_status=True),
        GAP,
        DESIGNED,
        POWER,
    ),
    drops=32,
    pictures=(
        Picture(
            name="rank",
            caption="Chain mode: (a) share of feasible channels on which a rank-one design attains the certified "
            "bound, with exact 95 % intervals; (b) mean certified gap of usable designs.",
            panels=_panels(_CHAIN_NAMES),
        ),
        Picture(
            name="rank-own",
            caption="The same in own mode.",
            panels=_panels(_OWN_NAMES),
        ),
        Picture(
            name="designed",
            caption="Share of channels with a usable design, with exact 95 % intervals. The others are infeasible, lie "
            "too close to that to tell, or have no rank-one design near the bound; each kind is counted below.",
            panels=(
                Panel(metric="designed", axis="sinr_db", statistic="share", lines=lines(*_CHAIN_NAMES, *_OWN_NAMES)),
            ),
        ),
    ),
    claims=(
        Claim(
            text="The relaxed problem always has an optimum of rank one.",
            source="Section IV, lemma 1; appendix B",
            rule="every",
            metric="rank_one",
            relation=">=",
            against=1.0,
            cases=tuple(
                Case(curve=f"{mode}-{error}", label=f"{mode}, error {error}" if error != "0" else f"{mode}, nominal")
                for mode in (CHAIN, OWN)
                for error in ("0", "0.05", "0.1")
            ),
            note="Counted against it: channels on which no rank-one design was found that attains the certified bound.",
        ),
    ),
    source=PAPER,
)
