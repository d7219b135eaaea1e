"""Study 10: what finds the worst offsets; and what they do to a design."""

from beamwright.records import Case, Claim, Line, Metric, Panel, Picture, Study, Table, sweep
from beamwright.studies.figures.cellfree.common import MEASURES, NOTE, RANGE, SOURCE, SYSTEM, curves, metric

_VARIANTS = {
    "oracle": "oracle", "vertices": "vertices alone", "manifold": "manifold, one start",
    "starts": "manifold, four starts", "no_duals": "manifold without duals", "polished": "manifold, polished",
}  # fmt: skip
_RANGES = (125.0, 500.0, 2000.0, 4000.0)

FIG10 = Study(
    name="cellfree/fig10",
    title="What finds the worst offsets",
    system=SYSTEM,
    measure=f"{MEASURES}:missed",
    axes=(RANGE,),
    points=sweep(*_RANGES),
    curves=curves("non-robust", "leakage"),
    metrics=tuple(metric(name, f"Share of the drop missed, {label}") for name, label in _VARIANTS.items()),
    drops=12,
    pictures=(
        Picture(
            name="fig10",
            caption="Share of the drop of the utility, from no offsets to the worst ones, that a method does not find, "
            "mean over scenes with its 95 % confidence band: (a) designs that ignore offsets, (b) leakage beams. The "
            "worst ones are those of a search with 2048 points and 32 starts.",
            panels=tuple(
                Panel(metric="manifold", axis="offset_range_hz", axis_scale="log", title=title, label="Share missed",
                      lines=tuple(Line(curve=curve, metric=name, label=label)
                                  for name, label in _VARIANTS.items()))
                for curve, title in (("non-robust", "not robust"), ("leakage", "leakage beams"))
            ),
        ),
    ),
    tables=(Table(name="fig10-table", caption="The same in numbers.", metrics=tuple(_VARIANTS), digits=3,
                  curves=("non-robust", "leakage")),),
    claims=(
        Claim(text="The manifold algorithm finds the worst offsets.", source="Algorithm 1", rule="mean",
              metric="manifold", relation="<=", against=0.01,
              cases=(Case(label="one start", curve="non-robust"),), note="Read as: it misses at most 1 % of the drop."),
        Claim(text="So does a search that only looks at vertices.", source="ours", rule="mean", metric="vertices",
              relation="<=", against=0.01, cases=(
                  Case(label="up to 500 Hz", curve="non-robust", where={"offset_range_hz": (0.0, 500.0)}),
                  Case(label="from 2000 Hz", curve="non-robust", where={"offset_range_hz": (2000.0, 4000.0)}))),
        Claim(text="The oracle finds them.", source="ours", rule="every", metric="oracle", relation="<=", against=1e-3,
              cases=tuple(
                  Case(label=f"{curve}, {words}", curve=curve, where={"offset_range_hz": limits})
                  for curve in ("non-robust", "leakage")
                  for words, limits in (("up to 500 Hz", (0.0, 500.0)), ("from 2000 Hz", (2000.0, 4000.0))))),
    ),
    source=SOURCE,
    note=NOTE,
)  # fmt: skip

ALONG = Study(
    name="cellfree/offset",
    title="Utility on the way to the worst offsets",
    system=SYSTEM,
    measure=f"{MEASURES}:along",
    axes=(RANGE,),
    points=((500.0,),),
    curves=curves("moving", "fixed", "non-robust", "leakage"),
    metrics=(
        Metric(name="utility", label="Utility", unit="bit/s/Hz", every_status=True),
        Metric(name="offset_hz", label="Largest difference of two carriers", unit="Hz", every_status=True),
    ),
    drops=8,
    pictures=(
        Picture(
            name="offset",
            caption="Utility on the way from no offsets to each design's own worst ones and as far again, mean over "
            "scenes with its 95 % confidence band. Designed for differences of at most 500 Hz.",
            panels=(
                Panel(kind="profile", metric="utility", place=("offset_hz",),
                      lines=tuple(Line(curve=name) for name in ("moving", "fixed", "non-robust", "leakage"))),
            ),
        ),
    ),
    source=SOURCE,
    note=NOTE,
)  # fmt: skip
