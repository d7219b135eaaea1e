"""The study ``speed``: how many rounds the NOMA design needs, beside those of orthogonal access."""

from beamwright.records import sweep
from beamwright.studies.figures.dma_noma.common import PAPER, VERIFIED
from beamwright.studies.figures.grammar import axis, case, claim, curve, lines, outcome, panel

_MOST, _STEPS = 24, 60
_ROUNDS = axis("rounds", "Rounds allowed")
_SCHEMES = {"robust": "NOMA", "tdma": "TDMA, halves", "fdma": "FDMA, halves"}
_OTHERS = tuple((name, label) for name, label in _SCHEMES.items() if name != "robust")

STUDY = PAPER.study(
    "speed",
    "Rounds that access schemes need",
    "speed",
    measure_options={"most": _MOST, "steps": _STEPS},
    axes=(_ROUNDS,),
    points=sweep(1, 2, 3, 4, 6, 8, 12, 16),
    curves=(curve(name, label, name, steps=_STEPS) for name, label in _SCHEMES.items()),
    metrics=(VERIFIED, outcome("reached", f"Share of the rate after {_MOST} rounds", least=0.0)),
    drops=12,
    note="Zero forcing is a closed form: it has no rounds to compare. FDMA takes its beams from the NOMA design.",
    caption="Worst sum rate of designs that may take so many rounds of beams (sixty steps per sharpness) and powers "
    "(in TDMA: in either slot), "
    f"32 elements, two groups, error 0.1 m, mean over scenes with its 95 % confidence band: (a) as it is, (b) over "
    f"that after {_MOST}.",
    panels=(
        panel("verified", _ROUNDS, *lines(*_SCHEMES), title="rate"),
        panel("reached", _ROUNDS, *lines(*_SCHEMES), title="share of the last"),
    ),
    claims=(
        claim("The NOMA design converges faster than those of orthogonal access.", "Section VI", "mean", "reached", ">",
              *(case("robust", f"{label}, to 8 rounds", name, rounds=(1.0, 8.0)) for name, label in _OTHERS),
              note="Read as: after as many rounds it has more of its own last rate."),
        claim("The NOMA design is ahead after any number of rounds.", "ours", "mean", "verified", ">",
              *(case("robust", label, name) for name, label in _OTHERS)),
    ),
)  # fmt: skip
