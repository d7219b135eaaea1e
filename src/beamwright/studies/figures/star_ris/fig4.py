"""Figure F4 of the specification: when least interference is worse than chance."""

from beamwright.records import Table, sweep
from beamwright.studies.figures.grammar import cases, claim, curve, line, panel
from beamwright.studies.figures.star_ris.common import (
    PAPER,
    RATES,
    RATES_NOTE,
    SCENES,
    SNR,
    higher_rate,
)

_PHASES = {
    "interference": ("Least interference", "min-interference"),
    "random": ("Random phases", "random"),
    "none": ("No surface", "no-surface"),
}
_CURVES = tuple(
    curve(f"{scene}-{kind}-{name}", f"{words}, {kind.upper()}", method, scene, **settings, precoder=kind)
    for kind in ("mrt", "rzf")
    for scene, (_, settings) in SCENES.items()
    for name, (words, method) in _PHASES.items()
)

STUDY = PAPER.study(
    "fig4",
    "Least interference against random phases, two precoders and several SNRs",
    "rates",
    axes=(SNR,),
    points=sweep(0, 10, 20, 30, 40),
    curves=_CURVES,
    metrics=RATES,
    drops=24,
    caption="Sum rate of least interference, random phases and no surface with 64 elements, (a) to (c) with "
    "RZF, (d) to (f) with MRT: mean over scenes with its 95 % confidence band, scenes as in figure 3.",
    panels=(
        panel("sum_rate", SNR,
              *(line(f"{scene}-{kind}-{name}", words, i) for i, (name, (words, _)) in enumerate(_PHASES.items())),
              title=f"{kind.upper()}, {title}")
        for kind in ("rzf", "mrt")
        for scene, (title, _) in SCENES.items()
    ),
    tables=(
        Table(
            name="fig4-table",
            caption="Sum rate and interference of the same.",
            metrics=("sum_rate", "interference_db"),
            curves=tuple(one.name for one in _CURVES),
        ),
    ),
    claims=(
        higher_rate(
            "Least interference gives a higher rate than random phases.", "Section IV",
            *cases({f"{kind}, {title}": (f"{scene}-{kind}-interference", f"{scene}-{kind}-random")
                    for kind in ("mrt", "rzf") for scene, (title, _) in SCENES.items()}),
        ),
        claim(
            "Least interference lowers the interference.", "Section IV", "mean", "interference_db", "<",
            *cases({f"mrt, {title}": (f"{scene}-mrt-interference", f"{scene}-mrt-random")
                    for scene, (title, _) in SCENES.items()}),
            note="With the precoder recomputed for the final phases.",
        ),
    ),
    note=RATES_NOTE,
)  # fmt: skip
