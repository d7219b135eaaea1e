"""F6 of the specification: free-space gains, watts and thermal noise; what a surface adds to a direct link."""

from beamwright.records import Case, Claim, Curve, Line, Panel, Picture, Study, sweep
from beamwright.studies.figures.star_ris.common import ELEMENTS, MEASURES, NOTE, RATES, SOURCE, SYSTEM

_SCENES = {"open": ("direct link", 0.0), "blocked": ("direct link 30 dB weaker", 30.0)}
_METHODS = {
    "design": ("Largest sum rate, WMMSE", "max-sum-rate"),
    "random": ("Random phases, WMMSE", "random"),
    "none": ("No surface, WMMSE", "no-surface"),
}

FIG6 = Study(
    name="star-ris/fig6",
    title="Physical scale: free-space gains and thermal noise",
    system=SYSTEM,
    measure=f"{MEASURES}:rates",
    axes=(ELEMENTS,),
    points=sweep(16, 64, 256, 1024),
    curves=tuple(
        Curve(
            name=f"{scene}-{name}",
            label=label,
            method=method,
            mode=scene,
            settings={"scale": "physical", "direct_loss_db": loss_db, "precoder": "wmmse"},
        )
        for scene, (_, loss_db) in _SCENES.items()
        for name, (label, method) in _METHODS.items()
    ),
    metrics=RATES,
    drops=24,
    pictures=(
        Picture(
            name="fig6",
            caption="Use-and-forget sum rate at 28 GHz, 30 dBm, 10 MHz: mean over scenes, 95 % confidence band: "
            "(a) with the direct link, (b) with it 30 dB weaker.",
            panels=tuple(
                Panel(
                    metric="sum_rate",
                    axis="elements",
                    axis_scale="log",
                    lines=tuple(Line(curve=f"{scene}-{name}", colour=i) for i, name in enumerate(_METHODS)),
                    title=title,
                    least_span=0.5,
                )
                for scene, (title, _) in _SCENES.items()
            ),
        ),
    ),
    claims=(
        Claim(
            text="A designed surface raises the sum rate.",
            source="ours",
            rule="mean",
            metric="sum_rate",
            relation=">",
            cases=tuple(
                Case(label=f"{title}, against no surface", curve=f"{scene}-design", versus=f"{scene}-none")
                for scene, (title, _) in _SCENES.items()
            ),
        ),
        Claim(
            text="The rate grows with the number of elements.",
            source="Section IV",
            rule="trend",
            metric="sum_rate",
            relation=">",
            cases=tuple(
                Case(label=title, curve=f"{scene}-design") for scene, (title, _) in _SCENES.items()
            ),
        ),
    ),
    source=SOURCE,
    note=NOTE,
)  # fmt: skip
