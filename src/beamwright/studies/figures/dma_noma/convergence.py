"""Study 1 of the specification: how fast the rounds of beams and powers converge."""

from beamwright.records import Case, Claim, Curve, Line, Metric, Panel, Picture, Study, Table
from beamwright.studies.figures.dma_noma.common import ERROR, MEASURES, NOTE, SOURCE, SYSTEM

_ERRORS = (0.0, 0.05, 0.1, 0.2)

FIG1 = Study(
    name="dma-noma/fig1",
    title="Convergence of the guaranteed rate",
    system=SYSTEM,
    measure=f"{MEASURES}:convergence",
    axes=(ERROR,),
    points=((0.1,),),
    curves=(
        *(
            Curve(name=f"error-{error:g}", label=f"error {error:g} m", method="robust", settings={"rounds": 30},
                  points=((error,),))
            for error in _ERRORS
        ),
        Curve(name="three", label="three groups, error 0.1 m", method="robust",
              settings={"rounds": 30, "groups": 3}),
        Curve(name="long", label="128 elements, error 0.1 m", method="robust",
              settings={"rounds": 30, "columns": 128}),
    ),
    metrics=(
        Metric(name="rate", label="Guaranteed sum rate", unit="bit/s/Hz", every_status=True),
        Metric(name="round", label="Rounds", every_status=True),
        Metric(name="to_95", label="Rounds to 95 %", every_status=True),
        Metric(name="to_98", label="Rounds to 98 %", every_status=True),
        Metric(name="fall", label="Largest fall between rounds", every_status=True),
    ),
    drops=24,
    pictures=(
        Picture(
            name="fig1",
            caption="Best guaranteed sum rate so far after each round of beams and powers, mean over 24 scenes with "
            "its 95 % confidence band: (a) 32 elements, two groups, by position error; (b) larger problems. "
            "(c) Rounds to 98 % of the value after thirty.",
            panels=(
                Panel(kind="profile", metric="rate", place=("round",), title="two groups, 32 elements",
                      limits=(20.0, 40.0), lines=tuple(Line(curve=f"error-{error:g}") for error in _ERRORS)),
                Panel(kind="profile", metric="rate", place=("round",), title="larger problems",
                      limits=(20.0, 50.0), lines=(Line(curve="error-0.1", colour=2), Line(curve="three", colour=4),
                             Line(curve="long", colour=5))),
                Panel(kind="cdf", metric="to_98", title="rounds to 98 %",
                      lines=(Line(curve="error-0.1", colour=2), Line(curve="three", colour=4),
                             Line(curve="long", colour=5))),
            ),
        ),
    ),
    tables=(
        Table(name="fig1-table", caption="Rounds needed.", metrics=("to_95", "to_98"), digits=3,
              curves=(*(f"error-{error:g}" for error in _ERRORS), "three", "long")),
    ),
    claims=(
        Claim(
            text="The rate converges in four to eight rounds.",
            source="Section V",
            rule="share",
            metric="to_98",
            relation="<=",
            against=8.0,
            share=0.9,
            cases=(
                *(Case(label=f"error {error:g} m", curve=f"error-{error:g}") for error in _ERRORS),
                Case(label="three groups", curve="three"),
                Case(label="128 elements", curve="long"),
            ),
            note="Read as: 98 % of the value after thirty rounds within eight, on 90 % of the scenes.",
        ),
        Claim(
            text="The rate never falls.",
            source="Section V",
            rule="every",
            metric="fall",
            relation="<=",
            against=1e-9,
            cases=tuple(Case(label=name, curve=name) for name in (*(f"error-{e:g}" for e in _ERRORS), "three", "long")),
        ),
    ),
    source=SOURCE,
    note=NOTE,
)  # fmt: skip
