"""Figure F1 of the specification: closed-form moments and rates against draws of channels and phase noise."""

from typing import Any

from beamwright.records import sweep
from beamwright.studies.figures.grammar import axis, cases, claim, curve, lines, metric, panel
from beamwright.studies.figures.star_ris.common import PAPER

_RICIAN = axis("rician_db", "Rician factor", "dB")
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
_EVERY = cases({words: name for name, (words, _) in _VARIANTS.items()})

STUDY = PAPER.study(
    "fig1",
    "Closed-form moments against draws",
    "moments",
    measure_options={"samples": 200_000},
    axes=(_RICIAN,),
    points=sweep(-3, 10),
    curves=(
        curve(name, words[0].upper() + words[1:], "random", precoder="mrt", **settings)
        for name, (words, settings) in _VARIANTS.items()
    ),
    metrics=(
        metric("deviation_percent", "Largest deviation of $\\mathrm{E}|F_{kj}|^2$", "%"),
        metric("deviation_errors", "Largest deviation", "standard errors"),
        metric("beyond_ergodic_errors", "Use-and-forget over ergodic rate", "standard errors"),
    ),
    drops=3,
    chunk=1,
    caption="Largest relative deviation of any second moment from the mean of 200 000 draws, mean over scenes: "
    "(a) in per cent, (b) in standard errors of the draws; the largest of sixteen normal deviations "
    "exceeds three standard errors in 4 % of all cases.",
    panels=(
        panel(name, _RICIAN, *lines("default", "uniform", "noiseless", "strong", "blind", "paths"))
        for name in ("deviation_percent", "deviation_errors")
    ),
    numbers=("deviation_percent", "deviation_errors", "beyond_ergodic_errors"),
    numbers_caption="The same, all configurations.",
    claims=(
        claim("The second moment that is farthest off agrees with draws within 1 %.", "spec, A1", "mean",
              "deviation_percent", "<=", *_EVERY, against=1.0),
        claim("The use-and-forget rate is no larger than the ergodic rate.", "spec, A8", "mean",
              "beyond_ergodic_errors", "<=", *_EVERY, against=3.0,
              note="In standard errors of the draws: 3 and less is what chance allows."),
    ),
)  # fmt: skip
