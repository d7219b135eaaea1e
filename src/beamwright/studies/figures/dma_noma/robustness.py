"""Study 5: rate against the position error, robust and not, along and across the line of sight."""

from typing import Any

from beamwright.records import Case, Claim, Curve, Line, Panel, Picture, Study, Table, sweep
from beamwright.studies.figures.dma_noma.common import ERROR, MEASURES, NOTE, RATES, SOURCE, SYSTEM

_ERRORS = (0.0, 0.025, 0.05, 0.1, 0.16, 0.2, 0.3, 0.5)
_KINDS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "robust": ("robust", "robust", {}),
    "fixed": ("designed for 0.1 m", "robust", {"assumed_error_m": 0.1}),
    "non-robust": ("not robust", "non-robust", {}),
}
_SIZES = (32, 128)
_TENTH = {"position_error_m": (0.1, 0.1)}

FIG5 = Study(
    name="dma-noma/fig5",
    title="Rate against the position error",
    system=SYSTEM,
    measure=f"{MEASURES}:rates",
    axes=(ERROR,),
    points=sweep(*_ERRORS),
    curves=tuple(
        Curve(name=f"{kind}-{size}", label=label, method=method, mode=f"{size} elements",
              settings={"columns": size, **settings})
        for size in _SIZES
        for kind, (label, method, settings) in _KINDS.items()
    ),
    metrics=RATES,
    drops=12,
    pictures=(
        Picture(
            name="fig5",
            caption="Sum rate against the radius of the balls of positions, two groups, mean over scenes with its 95 % "
            "confidence band: worst case (solid) and mean (dashed) for (a) 32 and (b) 128 elements; worst case if "
            "errors point along the line of sight only or across it only, for (c) 32 and (d) 128 elements.",
            panels=(
                *(
                    Panel(metric="verified", axis="position_error_m", title=f"{size} elements",
                          lines=(
                              *(Line(curve=f"{kind}-{size}", colour=i, label=f"{_KINDS[kind][0]}, worst")
                                for i, kind in enumerate(_KINDS)),
                              Line(curve=f"robust-{size}", metric="mean", colour=0, dash=1, label="robust, mean"),
                              Line(curve=f"non-robust-{size}", metric="mean", colour=2, dash=1,
                                   label="not robust, mean"),
                          ))
                    for size in _SIZES
                ),
                *(
                    Panel(metric="radial", axis="position_error_m", title=f"{size} elements, one direction",
                          label="Worst sum rate (bit/s/Hz)",
                          lines=tuple(
                              Line(curve=f"{kind}-{size}", metric=direction, colour=i, dash=dash,
                                   label=f"{_KINDS[kind][0]}, {direction}")
                              for i, kind in ((0, "robust"), (2, "non-robust"))
                              for dash, direction in ((2, "radial"), (3, "tangential"))
                          ))
                    for size in _SIZES
                ),
            ),
        ),
    ),
    tables=(
        Table(name="fig5-table", caption="The same in numbers.", digits=3,
              metrics=("verified", "guaranteed", "mean", "radial", "tangential"),
              curves=tuple(f"{kind}-{size}" for size in _SIZES for kind in _KINDS)),
    ),
    claims=(
        Claim(
            text="Robust design pays.",
            source="Section V",
            rule="mean",
            metric="verified",
            relation=">",
            cases=tuple(
                Case(label=f"{size} elements, 0.1 m", curve=f"robust-{size}", versus=f"non-robust-{size}", where=_TENTH)
                for size in _SIZES
            ),
        ),
        Claim(
            text="The design is insensitive to errors of the distance.",
            source="Section V",
            rule="mean",
            metric="radial",
            relation=">=",
            against=34.0,
            cases=(
                Case(label="not robust, 32 elements", curve="non-robust-32", where=_TENTH),
                Case(label="not robust, 128 elements", curve="non-robust-128", where=_TENTH),
            ),
            note="Trivially so where users are in the far field: 32 elements, robust or not. Against 34 bit/s/Hz.",
        ),
        Claim(
            text="The rate collapses beyond 0.16 m.",
            source="Section V",
            rule="mean",
            metric="verified",
            relation="<",
            against=31.6,
            cases=(
                Case(label="designed for the true radius, 0.2 m", curve="robust-32",
                     where={"position_error_m": (0.2, 0.2)}),
                Case(label="designed for 0.1 m, 0.2 m", curve="fixed-32", where={"position_error_m": (0.2, 0.2)}),
            ),
            note="Read as: below 31.6 bit/s/Hz, 90 % of the rate at 0.1 m.",
        ),
        Claim(
            text="Guaranteed rates hold against the dense adversary within 0.3 bit/s/Hz.",
            source="spec, section 4",
            rule="every",
            metric="gap",
            relation="<=",
            against=0.3,
            cases=tuple(Case(label=f"{size} elements", curve=f"robust-{size}") for size in _SIZES),
        ),
    ),
    source=SOURCE,
    note=NOTE,
)  # fmt: skip
