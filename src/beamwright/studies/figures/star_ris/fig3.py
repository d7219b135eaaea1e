"""Figure F3 of the specification: what a designed surface buys."""

from beamwright.records import Claim, sweep
from beamwright.studies.figures.grammar import cases, claim, curve, line, panel, variant
from beamwright.studies.figures.star_ris.common import (
    ELEMENTS,
    PAPER,
    RATES,
    RATES_NOTE,
    SCENES,
    higher_rate,
)

_METHODS = (
    curve("wmmse", "Largest sum rate, WMMSE", "max-sum-rate", precoder="wmmse"),
    curve("rate", "Largest sum rate, RZF", "max-sum-rate", precoder="rzf"),
    curve("interference", "Least interference, RZF", "min-interference", precoder="rzf"),
    curve("random", "Random phases, RZF", "random", precoder="rzf"),
    curve("none", "No surface, RZF", "no-surface", precoder="rzf"),
)
_LABEL = {one.name: one.label for one in _METHODS}


def _better(text: str, source: str, one: str, other: str, note: str = "") -> Claim:
    pairs = {title: (f"{scene}-{one}", f"{scene}-{other}") for scene, (title, _) in SCENES.items()}
    return higher_rate(text, source, *cases(pairs), note=note)


STUDY = PAPER.study(
    "fig3",
    "Sum rate against the size of the surface",
    "rates",
    axes=(ELEMENTS,),
    points=sweep(16, 64, 256),
    curves=(
        variant(one, f"{scene}-{one.name}", scene, **settings)
        for scene, (_, settings) in SCENES.items()
        for one in _METHODS
    ),
    metrics=RATES,
    drops=24,
    caption="Use-and-forget sum rate against the number of elements: mean over scenes with its 95 % confidence "
    "band, (a) with the direct link, (b) with it 20 dB weaker, (c) the same with four paths to the surface.",
    panels=(
        panel("sum_rate", ELEMENTS, *(line(f"{scene}-{one.name}", colour=i) for i, one in enumerate(_METHODS)),
              axis_scale="log", title=title)
        for scene, (title, _) in SCENES.items()
    ),
    claims=(
        _better("The design beats random phases.", "Section IV", "interference", "random",
                note="The source's aim, least interference, with RZF."),
        _better("A surface designed for the sum rate beats random phases.", "ours", "rate", "random"),
        _better("A surface designed for the sum rate beats one designed for least interference.", "ours",
                "rate", "interference"),
        claim(
            "The rate grows with the number of elements.", "Section IV", "trend", "sum_rate", ">",
            *cases({f"{_LABEL[name].lower()}, {title}": f"{scene}-{name}"
                    for name in ("interference", "wmmse") for scene, (title, _) in SCENES.items()}),
        ),
    ),
    note=RATES_NOTE,
)  # fmt: skip
