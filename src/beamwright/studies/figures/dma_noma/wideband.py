"""The study ``wideband``: rates that hold on every subcarrier, by bandwidth."""

from beamwright.records import sweep
from beamwright.studies.figures.dma_noma.common import PAPER, VERIFIED, guarantees_hold
from beamwright.studies.figures.grammar import axis, case, cases, claim, curve, line, outcome, panel

_BAND = axis("bandwidth_hz", "Bandwidth", "Hz")
_KINDS = (
    curve("digital", "a chain per element", "fully-digital"),
    curve("shifters", "phase shifters", "phase-shifters"),
    curve("robust", "surface, for the band", "robust"),
    curve("carrier", "surface, for the carrier", "robust", assumed_subcarriers=1),
    curve("zf", "surface, zero forcing", "zero-forcing"),
)
_SEARCHED = {kind.label: kind.name for kind in _KINDS[:3]}

STUDY = PAPER.study(
    "wideband",
    "Several subcarriers",
    "band",
    axes=(_BAND,),
    points=sweep(0.0, 0.27e9, 0.54e9, 1.08e9, 2.16e9, 4.32e9),
    settings={"subcarriers": 8},
    curves=_KINDS,
    metrics=(
        VERIFIED,
        outcome("mean", "Mean sum rate", "bit/s/Hz", least=0.0),
        outcome("gap", "Guaranteed less verified", "bit/s/Hz"),
    ),
    drops=12,
    caption="Eight subcarriers share the band about 60 GHz; 32 elements, two groups, balls of 0.1 m, mean over scenes "
    "with its 95 % confidence band. (a) Worst sum rate: every rate holds at all positions on every subcarrier. (b) "
    "Mean over subcarriers at the worst positions, were each sent to at a rate of its own.",
    panels=(
        panel("verified", _BAND, *(line(kind.name) for kind in _KINDS), title="worst subcarrier"),
        panel("mean", _BAND, *(line(kind.name) for kind in _KINDS), title="mean over subcarriers"),
    ),
    numbers=("verified", "mean"),
    claims=(
        claim("Designing for the band pays where beams split.", "ours", "mean", "verified", ">",
              case("robust", "2.16 GHz", "carrier", bandwidth_hz=2.16e9)),
        claim("Over a band phase shifters, which have no guides, beat the surface.", "ours", "mean", "verified",
              ">", case("shifters", "2.16 GHz", "robust", bandwidth_hz=2.16e9)),
        guarantees_hold(*cases(_SEARCHED, bandwidth_hz=2.16e9)),
    ),
)  # fmt: skip
