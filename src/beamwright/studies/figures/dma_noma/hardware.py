"""The study ``hardware``: amplitudes, resonances, phase shifters or a chain per element, by position error."""

from beamwright.records import sweep
from beamwright.studies.figures.dma_noma.common import ERROR, PAPER, VERIFIED, guarantees_hold
from beamwright.studies.figures.grammar import cases, claim, curve, line, outcome, panel

_KINDS = (
    curve("digital", "a chain per element", "fully-digital"),
    curve("shifters", "phase shifters", "phase-shifters"),
    curve("lorentzian", "Lorentzian elements", "robust", element_weights="lorentzian"),
    curve("amplitude", "amplitudes", "robust"),
    curve("zf", "Lorentzian, zero forcing", "zero-forcing", element_weights="lorentzian"),
    curve("focusing", "Lorentzian, focusing", "focusing", element_weights="lorentzian"),
)
_SEARCHED = {kind.label: kind.name for kind in _KINDS[:4]}

STUDY = PAPER.study(
    "hardware",
    "Elements, shifters and chains",
    "rates",
    axes=(ERROR,),
    points=sweep(0.0, 0.05, 0.1, 0.2),
    curves=_KINDS,
    metrics=(VERIFIED, outcome("gap", "Guaranteed less verified", "bit/s/Hz")),
    drops=12,
    caption="Worst sum rate over balls of positions, 32 elements, two groups, four chains (but for a chain per "
    "element), mean over scenes with its 95 % confidence band. All networks are passive and have the same power at the "
    "chains.",
    panels=(panel("verified", ERROR, *(line(kind.name) for kind in _KINDS)),),
    numbers=("verified",),
    claims=(
        *(claim(text, "ours", "mean", "verified", ">",
                *cases({f"{better} over {worse}": (_SEARCHED[better], _SEARCHED[worse])}, position_error_m=0.1))
          for text, better, worse in (
              ("Lorentzian elements beat amplitudes.", "Lorentzian elements", "amplitudes"),
              ("A chain per element beats Lorentzian elements.", "a chain per element", "Lorentzian elements"),
              ("A chain per element beats phase shifters.", "a chain per element", "phase shifters"),
          )),
        guarantees_hold(*cases(_SEARCHED, position_error_m=0.1)),
    ),
)  # fmt: skip
