"""Figure 6 of the paper: rates against power and distance."""

from itertools import pairwise

from beamwright.studies.figures.dma_noma.common import PAPER, POWER, POWERS, RATES, guarantees_hold
from beamwright.studies.figures.grammar import axis, case, cases, claim, curve, lines, panel

_ERRORS = (0.0, 0.05, 0.1, 0.2)
_WORDS = {error: f"error {error:g} m" for error in _ERRORS}
_DISTANCE = axis("near_range_m", "Distance of near users", "m")
_DISTANCES = tuple((27.0, d - 2.5, d + 2.5) for d in (7.5, 10.0, 12.5, 16.0, 20.0))


def _named(kind: str) -> dict[str, str]:
    return {words: f"{kind}-{error:g}" for error, words in _WORDS.items()}


STUDY = PAPER.study(
    "fig6",
    "Rate against power and distance",
    "rates",
    axes=(POWER, _DISTANCE, axis("far_range_m", "Distance of far users", "m")),
    points=tuple((power, 10.0, 15.0) for power in POWERS),
    curves=(
        curve(f"{kind}-{error:g}", words, "robust", points=points, position_error_m=error)
        for kind, points in (("power", None), ("distance", _DISTANCES))
        for error, words in _WORDS.items()
    ),
    metrics=RATES,
    drops=12,
    caption="Worst sum rate of the robust design found by the dense adversary, mean over scenes with its 95 % "
    "confidence band, 32 elements: (a) against the transmit power, (b) against the distance of the near "
    "users, far users 5 m behind, at 27 dBm.",
    panels=(
        panel("verified", over, *lines(*_named(kind).values(), colours=range(4)))
        for kind, over in (("power", POWER), ("distance", _DISTANCE))
    ),
    claims=(
        claim("The rate rises with the power.", "Section V", "trend", "verified", ">", *cases(_named("power"))),
        claim(
            "The rate falls with the distance.", "Section V", "trend", "verified", "<", *cases(_named("distance")),
            note="The same azimuths at every distance; farther away the error also spans a smaller angle.",
        ),
        claim(
            "The rate falls with the position error.", "Section V", "mean", "verified", ">",
            *(case(f"power-{a:g}", f"{a:g} m against {b:g} m", f"power-{b:g}", power_dbm=27.0)
              for a, b in pairwise(_ERRORS)),
        ),
        guarantees_hold(
            *(case(f"{kind}-{error:g}", words) for error, words in _WORDS.items() for kind in ("power", "distance"))
        ),
    ),
)  # fmt: skip
