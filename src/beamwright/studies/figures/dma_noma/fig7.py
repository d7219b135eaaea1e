"""Figure 7 of the paper: the schemes that the robust design is compared with, against power and distance."""

from beamwright.records import Claim
from beamwright.studies.figures.dma_noma.common import (
    BY_DISTANCE,
    BY_POWER,
    DISTANCE,
    FAR_DISTANCE,
    PAPER,
    POWER,
    RATES,
)
from beamwright.studies.figures.grammar import case, cases, claim, curve, line, lines, panel, picture

_SCHEMES = (
    curve("digital", "fully digital", "fully-digital"),
    curve("robust", "robust", "robust"),
    curve("minimum", "TDMA, far users their minimum", "tdma", share="minimum"),
    curve("planar", "plane waves assumed", "planar-wave"),
    curve("halves", "TDMA, halves", "tdma", share="halves"),
    curve("fdma", "FDMA, halves", "fdma"),
    curve("non-robust", "not robust", "non-robust"),
    curve("zf", "zero forcing", "zero-forcing"),
    curve("focusing", "focusing", "focusing"),
)
_LABEL = {scheme.name: scheme.label for scheme in _SCHEMES}
_BEAMS, _ACCESS = (
    ("digital", "robust", "planar", "non-robust", "zf", "focusing"),
    ("robust", "minimum", "halves", "fdma"),
)
_ACCESS_STYLE = {"colours": (1, 6, 7, 0), "dashes": (0, 0, 0, 1)}
_APART = {"robust": 1, "halves": 7, "non-robust": 3, "zf": 4}
"""Schemes whose users are shown apart, in their colours."""
_ALONG = {"": POWER, "-distance": DISTANCE}
_EVERYWHERE = {"27 dBm": ("", {"power_dbm": 27.0}), "7.5 to 20 m": ("-distance", {})}


def _robust_beats(text: str, *names: str) -> Claim:
    return claim(
        text, "Section V", "mean", "verified", ">",
        *(case(f"robust{along}", f"{_LABEL[name]}, {words}", f"{name}{along}", **where)
          for name in names for words, (along, where) in _EVERYWHERE.items()),
    )  # fmt: skip


STUDY = PAPER.study(
    "fig7",
    "Schemes against each other",
    "rates",
    axes=(POWER, DISTANCE, FAR_DISTANCE),
    points=BY_POWER,
    curves=(
        scheme.model_copy(update={"name": f"{scheme.name}{along}", "points": points})
        for along, points in (("", None), ("-distance", BY_DISTANCE)) for scheme in _SCHEMES
    ),
    metrics=RATES,
    drops=12,
    caption="Worst sum rate over balls of 0.1 m, 32 elements, two groups, mean over scenes with its 95 % confidence "
    "band; all schemes scored by the same adversary: (a), (b) against the transmit power, near users at 10 m and far "
    "users at 15 m, (c), (d) against the distance of near users, far users 5 m behind, at 27 dBm.",
    panels=(
        one
        for along, over in _ALONG.items()
        for one in (
            panel("verified", over, *lines(*(f"{name}{along}" for name in _BEAMS)), title="beamforming"),
            panel("verified", over, *lines(*(f"{name}{along}" for name in _ACCESS), **_ACCESS_STYLE),
                  title="multiple access"),
        )
    ),
    pictures=(
        picture(
            "fig7-users",
            "Worst rates of near and of far users apart, summed over groups, mean over scenes with its 95 % confidence "
            "band: (a), (b) against the transmit power, (c), (d) against the distance, as before.",
            *(panel(user, over, *(line(f"{name}{along}", colour=colour) for name, colour in _APART.items()))
              for along, over in _ALONG.items() for user in ("near", "far")),
        ),
    ),
    numbers=("verified", "guaranteed", "mean", "near", "far", "interference_db"),
    claims=(
        _robust_beats("NOMA beats orthogonal access.", "halves", "minimum", "fdma"),
        _robust_beats("The robust design beats designs that ignore the error or the wavefront.",
                      "non-robust", "planar", "zf", "focusing"),
        claim("A chain per element is better still.", "Section V", "mean", "verified", ">",
              *cases({"fully digital": ("digital", "robust")}, power_dbm=27.0)),
        claim("Interference between groups is negligible.", "Appendix B", "mean", "interference_db", "<",
              *cases({_LABEL[name]: name for name in ("robust", "non-robust", "zf")}, power_dbm=27.0), against=-10.0,
              note="Read as: at the worst positions, 10 dB below the noise at the user that hears most of it."),
        claim("Near users hear better than far users, so that they decode both signals.", "Section II", "every",
              "order_db", "<=", *cases({_LABEL[name]: name for name in ("robust", "non-robust", "zf")}, power_dbm=27.0),
              note="Worst noise and interference over gain, a of near and b of far users: a at most b in every group."),
    ),
)  # fmt: skip
