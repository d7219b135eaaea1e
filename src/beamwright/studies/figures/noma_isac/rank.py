"""The study ``rank``: how often the relaxation is tight, and what recovery costs where it is not."""

from beamwright.records import Curve, Panel, sweep
from beamwright.studies.figures.grammar import Points, cases, claim, lines, outcome, panel, picture
from beamwright.studies.figures.noma_isac.common import (
    CHAIN,
    DESIGNED,
    GAP,
    HIGH_TARGETS,
    OWN,
    PAPER,
    POWER,
    RANK_ONE,
    SINR_TARGET,
    noma,
)

_WIDE, _TIGHT = sweep(0, 2.5, 5, 7.5, 9, 10, 10.5, 11.25, 12), sweep(0, 2.5, 5, 7, 8, 8.5, 9.25, 10)
_ERRORS = {"0": "nominal", "0.05": "error 0.05", "0.1": "error 0.1"}
_NAMES = {mode: tuple(f"{mode}-{error}" for error in _ERRORS) for mode in (CHAIN, OWN)}


def _curve(mode: str, error: float, points: Points) -> Curve:
    if not error:
        return noma(f"{mode}-0", "min-power", mode, f"{mode.capitalize()}, channels known", points)
    label = f"{mode.capitalize()}, errors up to {error:g}"
    return noma(f"{mode}-{error:g}", "robust-min-power", mode, label, points, csi_error=error)


def _panels(mode: str) -> tuple[Panel, Panel]:
    drawn = lines(*_NAMES[mode], colours=(0, 1, 2))
    return (
        panel("rank_one", SINR_TARGET, *drawn, statistic="share", title="bound attained by a rank-one design"),
        panel("gap_percent", SINR_TARGET, *drawn, title="certified gap of the returned design", least_span=0.1,
              common=False),
    )  # fmt: skip


STUDY = PAPER.study(
    "rank",
    "Rank of the relaxation and certified gap",
    "power",
    axes=(SINR_TARGET,),
    points=_WIDE,
    curves=(
        *(_curve(CHAIN, error, points) for error, points in ((0.0, _WIDE), (0.05, _WIDE), (0.1, _TIGHT))),
        *(_curve(OWN, error, HIGH_TARGETS) for error in (0.0, 0.05, 0.1)),
    ),
    metrics=(RANK_ONE, outcome("covariance_rank_one", "Relaxed covariances of rank one"), GAP, DESIGNED, POWER),
    drops=32,
    caption="Chain mode: (a) share of feasible channels on which a rank-one design attains the certified "
    "bound, with exact 95 % intervals; (b) mean certified gap of usable designs.",
    panels=_panels(CHAIN),
    pictures=(
        picture("rank-own", "The same in own mode.", *_panels(OWN)),
        picture(
            "designed",
            "Share of channels with a usable design, with exact 95 % intervals. The others are infeasible, lie "
            "too close to that to tell, or have no rank-one design near the bound; each kind is counted below.",
            panel("designed", SINR_TARGET, *lines(*_NAMES[CHAIN], *_NAMES[OWN]), statistic="share"),
        ),
    ),
    claims=(
        claim(
            "The relaxed problem always has an optimum of rank one.", "Section IV, lemma 1; appendix B", "every",
            "rank_one", ">=",
            *cases({f"{mode}, {words}": f"{mode}-{error}" for mode in _NAMES for error, words in _ERRORS.items()}),
            against=1.0,
            note="Counted against it: channels on which no rank-one design was found that attains the certified bound.",
        ),
    ),
    note="",
)  # fmt: skip
