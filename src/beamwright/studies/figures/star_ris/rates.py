"""F3 and F4 of the specification: what a designed surface buys, and when least interference is worse than chance."""

from typing import Any

from beamwright.records import Case, Claim, Curve, Line, Panel, Picture, Setting, Study, Table, sweep
from beamwright.studies.figures.star_ris.common import ELEMENTS, MEASURES, NOTE, RATES, SNR, SOURCE, SYSTEM

SCENES: dict[str, tuple[str, dict[str, Setting]]] = {
    "open": ("direct link", {}),
    "blocked": ("direct link 20 dB weaker", {"direct_loss_db": 20.0}),
    "paths": ("the same, four paths to the surface", {"direct_loss_db": 20.0, "surface_paths": 4}),
}
_METHODS: dict[str, tuple[str, str, dict[str, Setting]]] = {
    "wmmse": ("Largest sum rate, WMMSE", "max-sum-rate", {"precoder": "wmmse"}),
    "rate": ("Largest sum rate, RZF", "max-sum-rate", {"precoder": "rzf"}),
    "interference": ("Least interference, RZF", "min-interference", {"precoder": "rzf"}),
    "random": ("Random phases, RZF", "random", {"precoder": "rzf"}),
    "none": ("No surface, RZF", "no-surface", {"precoder": "rzf"}),
}


def _curves(methods: tuple[str, ...], scenes: tuple[str, ...] = tuple(SCENES), **more: Any) -> tuple[Curve, ...]:
    return tuple(
        Curve(
            name=f"{scene}-{name}",
            label=_METHODS[name][0],
            method=_METHODS[name][1],
            mode=scene,
            settings={**SCENES[scene][1], **_METHODS[name][2], **more},
        )
        for scene in scenes
        for name in methods
    )


def _panels(axis: str, methods: tuple[str, ...]) -> tuple[Panel, ...]:
    return tuple(
        Panel(
            metric="sum_rate",
            axis=axis,
            axis_scale="log" if axis == "elements" else "linear",
            lines=tuple(Line(curve=f"{scene}-{name}", colour=i) for i, name in enumerate(methods)),
            title=title,
        )
        for scene, (title, _) in SCENES.items()
    )


def _versus(one: str, other: str) -> tuple[Case, ...]:
    return tuple(
        Case(label=title, curve=f"{scene}-{one}", versus=f"{scene}-{other}") for scene, (title, _) in SCENES.items()
    )


_ALL = ("wmmse", "rate", "interference", "random", "none")

FIG3 = Study(
    name="star-ris/fig3",
    title="Sum rate against the size of the surface",
    system=SYSTEM,
    measure=f"{MEASURES}:rates",
    axes=(ELEMENTS,),
    points=sweep(16, 64, 256),
    curves=_curves(_ALL),
    metrics=RATES,
    drops=24,
    pictures=(
        Picture(
            name="fig3",
            caption="Use-and-forget sum rate against the number of elements: mean over scenes with its 95 % confidence "
            "band, (a) with the direct link, (b) with it 20 dB weaker, (c) the same with four paths to the surface.",
            panels=_panels("elements", _ALL),
        ),
    ),
    claims=(
        Claim(
            text="The design beats random phases.",
            source="Section IV",
            rule="mean",
            metric="sum_rate",
            relation=">",
            cases=_versus("interference", "random"),
            note="The source's aim, least interference, with RZF.",
        ),
        Claim(
            text="A surface designed for the sum rate beats random phases.",
            source="ours",
            rule="mean",
            metric="sum_rate",
            relation=">",
            cases=_versus("rate", "random"),
        ),
        Claim(
            text="A surface designed for the sum rate beats one designed for least interference.",
            source="ours",
            rule="mean",
            metric="sum_rate",
            relation=">",
            cases=_versus("rate", "interference"),
        ),
        Claim(
            text="The rate grows with the number of elements.",
            source="Section IV",
            rule="trend",
            metric="sum_rate",
            relation=">",
            cases=tuple(
                Case(label=f"{_METHODS[name][0].lower()}, {title}", curve=f"{scene}-{name}")
                for name in ("interference", "wmmse")
                for scene, (title, _) in SCENES.items()
            ),
        ),
    ),
    source=SOURCE,
    note=NOTE,
)


_PHASES = {"interference": "Least interference", "random": "Random phases", "none": "No surface"}


def _precoded() -> tuple[Curve, ...]:
    curves = []
    for kind in ("mrt", "rzf"):
        for scene, (_, settings) in SCENES.items():
            for name, method in (
                ("interference", "min-interference"),
                ("random", "random"),
                ("none", "no-surface"),
            ):
                curves.append(
                    Curve(
                        name=f"{scene}-{kind}-{name}",
                        label=f"{_PHASES[name]}, {kind.upper()}",
                        method=method,
                        mode=scene,
                        settings={**settings, "precoder": kind},
                    )
                )
    return tuple(curves)


FIG4 = Study(
    name="star-ris/fig4",
    title="Least interference against random phases, two precoders and several SNRs",
    system=SYSTEM,
    measure=f"{MEASURES}:rates",
    axes=(SNR,),
    points=sweep(0, 10, 20, 30, 40),
    curves=_precoded(),
    metrics=RATES,
    drops=24,
    pictures=(
        Picture(
            name="fig4",
            caption="Sum rate of least interference, random phases and no surface with 64 elements, (a) to (c) with "
            "RZF, (d) to (f) with MRT: mean over scenes with its 95 % confidence band, scenes as in figure 3.",
            panels=tuple(
                Panel(
                    metric="sum_rate",
                    axis="snr_db",
                    lines=tuple(
                        Line(curve=f"{scene}-{kind}-{name}", colour=i, label=words)
                        for i, (name, words) in enumerate(_PHASES.items())
                    ),
                    title=f"{kind.upper()}, {title}",
                )
                for kind in ("rzf", "mrt")
                for scene, (title, _) in SCENES.items()
            ),
        ),
    ),
    tables=(
        Table(
            name="fig4-table",
            caption="Sum rate and interference of the same.",
            metrics=("sum_rate", "interference_db"),
            curves=tuple(c.name for c in _precoded()),
        ),
    ),
    claims=(
        Claim(
            text="Least interference gives a higher rate than random phases.",
            source="Section IV",
            rule="mean",
            metric="sum_rate",
            relation=">",
            cases=tuple(
                Case(label=f"{kind}, {title}", curve=f"{scene}-{kind}-interference", versus=f"{scene}-{kind}-random")
                for kind in ("mrt", "rzf")
                for scene, (title, _) in SCENES.items()
            ),
        ),
        Claim(
            text="Least interference lowers the interference.",
            source="Section IV",
            rule="mean",
            metric="interference_db",
            relation="<",
            cases=tuple(
                Case(label=f"mrt, {title}", curve=f"{scene}-mrt-interference", versus=f"{scene}-mrt-random")
                for scene, (title, _) in SCENES.items()
            ),
            note="With the precoder recomputed for the final phases.",
        ),
    ),
    source=SOURCE,
    note=NOTE,
)
