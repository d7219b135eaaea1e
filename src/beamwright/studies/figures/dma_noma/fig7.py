"""Figure 7 of the paper: the schemes that the robust design is compared with."""

from beamwright.records import Claim, sweep
from beamwright.studies.figures.dma_noma.common import PAPER, POWER, POWERS, RATES
from beamwright.studies.figures.grammar import cases, claim, curve, lines, panel

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
_BEAMS = lines("digital", "robust", "planar", "non-robust", "zf", "focusing")
_ACCESS = lines("robust", "minimum", "halves", "fdma", colours=(1, 6, 7, 0), dashes=(0, 0, 0, 1))
_LABEL = {scheme.name: scheme.label for scheme in _SCHEMES}


def _robust_beats(text: str, *names: str) -> Claim:
    pairs = cases({_LABEL[name]: ("robust", name) for name in names}, power_dbm=27.0)
    return claim(text, "Section V", "mean", "verified", ">", *pairs)


STUDY = PAPER.study(
    "fig7",
    "Schemes against each other",
    "rates",
    axes=(POWER,),
    points=sweep(*POWERS),
    curves=_SCHEMES,
    metrics=RATES,
    drops=12,
    caption="Worst sum rate over balls of 0.1 m, 32 elements, two groups, mean over scenes with its 95 % "
    "confidence band; all schemes scored by the same adversary.",
    panels=(
        panel("verified", POWER, *_BEAMS, title="beamforming"),
        panel("verified", POWER, *_ACCESS, title="multiple access"),
    ),
    numbers=("verified", "guaranteed", "mean"),
    claims=(
        _robust_beats("NOMA beats orthogonal access.", "halves", "minimum", "fdma"),
        _robust_beats("The robust design beats designs that ignore the error or the wavefront.",
                      "non-robust", "planar", "zf", "focusing"),
        claim("A chain per element is better still.", "Section V", "mean", "verified", ">",
              *cases({"fully digital": ("digital", "robust")}, power_dbm=27.0)),
    ),
)  # fmt: skip
