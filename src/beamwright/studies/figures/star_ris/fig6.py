"""Figure F6 of the specification: free-space gains, watts and thermal noise; what a surface adds to a direct link."""

from beamwright.records import sweep
from beamwright.studies.figures.grammar import cases, claim, curve, line, panel
from beamwright.studies.figures.star_ris.common import ELEMENTS, PAPER, RATES, RATES_NOTE, higher_rate

_SCENES = {"open": ("direct link", 0.0), "blocked": ("direct link 30 dB weaker", 30.0)}
_METHODS = {
    "design": ("Largest sum rate, WMMSE", "max-sum-rate"),
    "random": ("Random phases, WMMSE", "random"),
    "none": ("No surface, WMMSE", "no-surface"),
}

STUDY = PAPER.study(
    "fig6",
    "Physical scale: free-space gains and thermal noise",
    "rates",
    axes=(ELEMENTS,),
    points=sweep(16, 64, 256, 1024),
    curves=(
        curve(f"{scene}-{name}", label, method, scene, scale="physical", direct_loss_db=loss_db, precoder="wmmse")
        for scene, (_, loss_db) in _SCENES.items()
        for name, (label, method) in _METHODS.items()
    ),
    metrics=RATES,
    drops=24,
    caption="Use-and-forget sum rate at 28 GHz, 30 dBm, 10 MHz: mean over scenes, 95 % confidence band: "
    "(a) with the direct link, (b) with it 30 dB weaker.",
    panels=(
        panel("sum_rate", ELEMENTS, *(line(f"{scene}-{name}", colour=i) for i, name in enumerate(_METHODS)),
              axis_scale="log", title=title, least_span=0.5)
        for scene, (title, _) in _SCENES.items()
    ),
    claims=(
        higher_rate(
            "A designed surface raises the sum rate.", "ours",
            *cases({f"{title}, against no surface": (f"{scene}-design", f"{scene}-none")
                    for scene, (title, _) in _SCENES.items()}),
        ),
        claim("The rate grows with the number of elements.", "Section IV", "trend", "sum_rate", ">",
              *cases({title: f"{scene}-design" for scene, (title, _) in _SCENES.items()})),
    ),
    note=RATES_NOTE,
)  # fmt: skip
