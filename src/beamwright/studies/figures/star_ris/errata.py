"""F5 of the specification: the objective as printed against the interference it stands for."""

from beamwright.records import Case, Claim, Curve, Line, Metric, Panel, Picture, Study, Table, sweep
from beamwright.studies.figures.star_ris.common import ELEMENTS, MEASURES, SOURCE, SYSTEM

FIG5 = Study(
    name="star-ris/fig5",
    title="The objective as printed against the truth",
    system=SYSTEM,
    measure=f"{MEASURES}:as_printed",
    measure_options={"surfaces": 200},
    axes=(ELEMENTS,),
    points=sweep(16, 64, 256),
    curves=(Curve(name="printed", label="As printed", method="random", settings={"precoder": "mrt"}),),
    metrics=(
        Metric(name="mean_ratio", label="Printed over true mean"),
        Metric(name="rank_correlation", label="Rank correlation with true interference"),
        Metric(name="descends", label="Printed gradient descends"),
        Metric(name="printed_interference", label="Interference after minimising as printed"),
        Metric(name="true_interference", label="Interference after minimising the truth"),
    ),
    drops=20,
    pictures=(
        Picture(
            name="fig5",
            caption="(a) Modulus of the printed mean over that of the true one, median over scenes; (b) interference "
            "relative to the random start, after minimising the printed objective and after minimising the true one.",
            panels=(
                Panel(metric="mean_ratio", axis="elements", axis_scale="log", statistic="median", scale="log",
                      reference=1.0, lines=(Line(curve="printed"),), title="size of the printed mean"),
                Panel(metric="rank_correlation", axis="elements", axis_scale="log", reference=0.0,
                      lines=(Line(curve="printed"),), least_span=2.0, title="order of 200 random surfaces"),
                Panel(metric="printed_interference", axis="elements", axis_scale="log", reference=1.0,
                      lines=(Line(curve="printed", label="As printed"),), title="minimising the printed objective"),
                Panel(metric="true_interference", axis="elements", axis_scale="log", reference=1.0,
                      lines=(Line(curve="printed", label="As printed"),), title="minimising the true one"),
            ),
        ),
    ),
    tables=(
        Table(
            name="fig5-table",
            caption="The same in numbers; the share of random points at which the printed gradient descends.",
            metrics=("mean_ratio", "rank_correlation", "descends", "printed_interference", "true_interference"),
            curves=("printed",),
            digits=3,
        ),
    ),
    claims=(
        Claim(
            text="Minimising the printed objective lowers the interference.",
            source="Theorem 1, problem (13)",
            rule="mean",
            metric="printed_interference",
            relation="<",
            against=1.0,
            cases=(Case(curve="printed", label="relative to the random start"),),
        ),
        Claim(
            text="The printed gradient is a descent direction of the printed objective.",
            source="Equations (18) and (19)",
            rule="mean",
            metric="descends",
            relation=">=",
            against=0.95,
            cases=(Case(curve="printed", label="share of random points"),),
        ),
        Claim(
            text="Minimising the true interference lowers it.",
            source="ours",
            rule="mean",
            metric="true_interference",
            relation="<",
            against=1.0,
            cases=(Case(curve="printed", label="relative to the random start"),),
        ),
    ),
    source=SOURCE,
)  # fmt: skip
