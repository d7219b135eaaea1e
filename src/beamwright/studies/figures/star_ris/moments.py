"""F1 of the specification: closed-form moments and rates against draws of channels and phase noise."""

from typing import Any

from beamwright.records import Axis, Case, Claim, Curve, Line, Metric, Panel, Picture, Study, Table, sweep
from beamwright.studies.figures.star_ris.common import MEASURES, SOURCE, SYSTEM

_VARIANTS: dict[str, tuple[str, dict[str, Any]]] = {
    "default": ("default", {}),
    "uniform": ("uniform phase noise, $\\kappa=0$", {"kappa": 0.0}),
    "noiseless": ("no phase noise", {"kappa": "inf"}),
    "strong": ("$\\kappa=0.5$", {"kappa": 0.5}),
    "blind": ("no direct link", {"direct_link": False}),
    "paths": ("four paths to the surface", {"surface_paths": 4}),
    "one": ("one user", {"users": 1}),
    "tiny": ("one antenna, one element", {"antennas": 1, "elements": 1, "users": 1}),
}
_EVERY = tuple(_VARIANTS)

FIG1 = Study(
    name="star-ris/fig1",
    title="Closed-form moments against draws",
    system=SYSTEM,
    measure=f"{MEASURES}:moments",
    measure_options={"samples": 200_000},
    axes=(Axis(name="rician_db", label="Rician factor", unit="dB"),),
    points=sweep(-3, 10),
    curves=tuple(
        Curve(name=name, label=words[0].upper() + words[1:], method="random", settings={"precoder": "mrt", **settings})
        for name, (words, settings) in _VARIANTS.items()
    ),
    metrics=(
        Metric(name="deviation_percent", label="Largest deviation of $\\mathrm{E}|F_{kj}|^2$", unit="%"),
        Metric(name="deviation_errors", label="Largest deviation", unit="standard errors"),
        Metric(name="beyond_ergodic_errors", label="Use-and-forget over ergodic rate", unit="standard errors"),
    ),
    drops=3,
    chunk=1,
    pictures=(
        Picture(
            name="fig1",
            caption="Largest relative deviation of any second moment from the mean of 200 000 draws, mean over scenes: "
            "(a) in per cent, (b) in standard errors of the draws; the largest of sixteen normal deviations "
            "exceeds three standard errors in 4 % of all cases.",
            panels=tuple(
                Panel(
                    metric=metric,
                    axis="rician_db",
                    lines=tuple(
                        Line(curve=name) for name in ("default", "uniform", "noiseless", "strong", "blind", "paths")
                    ),
                )
                for metric in ("deviation_percent", "deviation_errors")
            ),
        ),
    ),
    tables=(
        Table(
            name="fig1-table",
            caption="The same, all configurations.",
            metrics=("deviation_percent", "deviation_errors", "beyond_ergodic_errors"),
            curves=_EVERY,
            digits=3,
        ),
    ),
    claims=(
        Claim(
            text="The second moment that is farthest off agrees with draws within 1 %.",
            source="spec, A1",
            rule="mean",
            metric="deviation_percent",
            relation="<=",
            against=1.0,
            cases=tuple(Case(label=words, curve=name) for name, (words, _) in _VARIANTS.items()),
        ),
        Claim(
            text="The use-and-forget rate is no larger than the ergodic rate.",
            source="spec, A8",
            rule="mean",
            metric="beyond_ergodic_errors",
            relation="<=",
            against=3.0,
            cases=tuple(Case(label=words, curve=name) for name, (words, _) in _VARIANTS.items()),
            note="In standard errors of the draws: 3 and less is what chance allows.",
        ),
    ),
    source=SOURCE,
)
