"""F2 of the specification: how fast the search for a surface converges, and to what."""

from beamwright.records import Axis, Case, Claim, Curve, Line, Metric, Panel, Picture, Setting, Study, sweep
from beamwright.studies.figures.star_ris.common import MEASURES, SOURCE, SYSTEM

_STEPS = sweep(1, 2, 3, 4, 5, 6, 8, 10, 13, 20, 30, 50, 100, 200)
_LONG = sweep(200)
_ONE_SEARCH: dict[str, Setting] = {"rounds": 1, "careful": False}

FIG2 = Study(
    name="star-ris/fig2",
    title="Convergence of the Riemannian conjugate gradient",
    system=SYSTEM,
    measure=f"{MEASURES}:convergence",
    axes=(Axis(name="iterations", label="Iterations"),),
    points=_STEPS,
    curves=(
        Curve(name="interference", label="Least interference, MRT", method="min-interference"),
        Curve(
            name="interference-fine",
            label="Least interference, MRT, to $10^{-6}$",
            method="min-interference",
            settings={"tolerance": 1e-6},
        ),
        Curve(name="rate", label="Largest sum rate, RZF", method="max-sum-rate", settings=_ONE_SEARCH),
        Curve(
            name="interference-end", label="Least interference, MRT", method="min-interference", points=_LONG
        ),
        Curve(
            name="interference-fine-end",
            label="Least interference, MRT, to $10^{-6}$",
            method="min-interference",
            settings={"tolerance": 1e-6},
            points=_LONG,
        ),
        Curve(
            name="rate-end",
            label="Largest sum rate, RZF",
            method="max-sum-rate",
            settings=_ONE_SEARCH,
            points=_LONG,
        ),
    ),
    metrics=(
        Metric(name="objective", label="Objective"),
        Metric(name="above_bound", label="Objective over its bound, less one"),
        Metric(name="spent", label="Iterations"),
        Metric(name="rise", label="Largest rise of the objective between steps"),
    ),
    drops=50,
    pictures=(
        Picture(
            name="fig2",
            caption="Against the number of iterations allowed, mean over 50 scenes with its 95 % confidence band: (a) "
            "interference over that of random phases, (b) sum rate, (c) median distance of the interference "
            "to the bound that no phases can pass. (d) How many iterations it takes to a gradient norm of $10^{-3}$.",
            panels=(
                Panel(metric="objective", axis="iterations", axis_scale="log", lines=(Line(curve="interference"),),
                      title="interference over random phases'"),
                Panel(metric="objective", axis="iterations", axis_scale="log", lines=(Line(curve="rate", colour=1),),
                      title="sum rate (bit/s/Hz)"),
                Panel(
                    metric="above_bound", axis="iterations", axis_scale="log", scale="log", statistic="median",
                    lines=(Line(curve="interference", colour=0), Line(curve="interference-fine", colour=2)),
                    title="distance to the bound",
                ),
                Panel(
                    kind="cdf", metric="spent",
                    lines=(Line(curve="interference-end", colour=0), Line(curve="rate-end", colour=1)),
                    title="iterations needed",
                ),
            ),
        ),
    ),
    claims=(
        Claim(
            text="The search converges in about ten iterations.",
            source="Section IV",
            rule="share",
            metric="spent",
            relation="<=",
            against=13.0,
            share=0.9,
            cases=(
                Case(label="least interference", curve="interference-end"),
                Case(label="largest sum rate", curve="rate-end"),
            ),
            note="Read as: at most 13 iterations on 90 % of the scenes, to a gradient norm of 1e-3.",
        ),
        Claim(
            text="The objective never worsens.",
            source="ours",
            rule="every",
            metric="rise",
            relation="<=",
            against=1e-9,
            cases=(
                Case(label="least interference", curve="interference-end"),

            ),
        ),
        Claim(
            text="Least interference attains the bound that no phases can pass.",
            source="ours",
            rule="share",
            metric="above_bound",
            relation="<=",
            against=1e-4,
            share=0.5,
            cases=(Case(label="to 1e-3", curve="interference-end"),),
        ),
        Claim(
            text="Least interference attains the bound that no phases can pass.",
            source="ours",
            rule="share",
            metric="above_bound",
            relation="<=",
            against=1e-8,
            share=0.5,
            cases=(Case(label="to 1e-6", curve="interference-fine-end"),),
        ),
    ),
    source=SOURCE,
)  # fmt: skip
