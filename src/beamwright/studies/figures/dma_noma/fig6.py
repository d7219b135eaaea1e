"""Figure 6 of the paper: rates against power and distance."""

from itertools import pairwise

from beamwright.studies.figures.dma_noma.common import (
    BY_DISTANCE,
    BY_POWER,
    DISTANCE,
    FAR_DISTANCE,
    PAPER,
    POWER,
    RATES,
    guarantees_hold,
)
from beamwright.studies.figures.grammar import case, cases, claim, curve, line, lines, panel

_ERRORS = (0.0, 0.05, 0.1, 0.2)
_WORDS = {error: f"error {error:g} m" for error in _ERRORS}
_KINDS = {"power": POWER, "distance": DISTANCE}
_USERS = {"near": "near users", "far": "far users"}


def _named(kind: str) -> dict[str, str]:
    return {words: f"{kind}-{error:g}" for error, words in _WORDS.items()}


STUDY = PAPER.study(
    "fig6",
    "Rate against power and distance",
    "rates",
    axes=(POWER, DISTANCE, FAR_DISTANCE),
    points=BY_POWER,
    curves=(
        curve(f"{kind}-{error:g}", words, "robust", points=points, position_error_m=error)
        for kind, points in (("power", None), ("distance", BY_DISTANCE))
        for error, words in _WORDS.items()
    ),
    metrics=RATES,
    drops=12,
    caption="Worst sum rate of the robust design found by the dense adversary, mean over scenes with its 95 % "
    "confidence band, 32 elements: (a) against the transmit power, (b) against the distance of the near "
    "users, far users 5 m behind, at 27 dBm; (c), (d) of near and of far users alone.",
    panels=(
        *(panel("verified", over, *lines(*_named(kind).values(), colours=range(4))) for kind, over in _KINDS.items()),
        *(
            panel(
                "near", over,
                *(line(f"{kind}-{error:g}", f"{words}, error {error:g} m", colour, dash, metric=user)
                  for dash, (user, words) in enumerate(_USERS.items()) for colour, error in ((0, 0.0), (3, 0.2))),
                label="Worst sum rate of these users (bit/s/Hz)",
            )
            for kind, over in _KINDS.items()
        ),
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
