"""Studies 3 and 4: rates against power and distance, and the schemes that the design is compared with."""

from typing import Any

from beamwright.records import Axis, Case, Claim, Curve, Line, Panel, Picture, Study, Table, sweep
from beamwright.studies.figures.dma_noma.common import MEASURES, NOTE, POWER, RATES, SOURCE, SYSTEM

_ERRORS = (0.0, 0.05, 0.1, 0.2)
_POWERS = (-10.0, 0.0, 10.0, 20.0, 27.0)
_AT = tuple((power, 10.0, 15.0) for power in _POWERS)
_DISTANCES = tuple((27.0, d - 2.5, d + 2.5) for d in (7.5, 10.0, 12.5, 16.0, 20.0))
_FAR, _LOUD = {"near_range_m": (10.0, 10.0)}, {"power_dbm": (27.0, 27.0)}

FIG3 = Study(
    name="dma-noma/fig3",
    title="Rate against power and distance",
    system=SYSTEM,
    measure=f"{MEASURES}:rates",
    axes=(
        POWER,
        Axis(name="near_range_m", label="Distance of near users", unit="m"),
        Axis(name="far_range_m", label="Distance of far users", unit="m"),
    ),
    points=_AT,
    curves=(
        *(Curve(name=f"power-{e:g}", label=f"error {e:g} m", method="robust", settings={"position_error_m": e})
          for e in _ERRORS),
        *(Curve(name=f"distance-{e:g}", label=f"error {e:g} m", method="robust", settings={"position_error_m": e},
                points=_DISTANCES) for e in _ERRORS),
    ),
    metrics=RATES,
    drops=12,
    pictures=(
        Picture(
            name="fig3",
            caption="Worst sum rate of the robust design found by the dense adversary, mean over scenes with its 95 % "
            "confidence band, 32 elements: (a) against the transmit power, (b) against the distance of the near "
            "users, far users 5 m behind, at 27 dBm.",
            panels=tuple(
                Panel(metric="verified", axis=axis, lines=tuple(Line(curve=f"{kind}-{e:g}", colour=i)
                                                               for i, e in enumerate(_ERRORS)))
                for kind, axis in (("power", "power_dbm"), ("distance", "near_range_m"))
            ),
        ),
    ),
    claims=(
        Claim(
            text="The rate rises with the power.",
            source="Section V",
            rule="trend",
            metric="verified",
            relation=">",
            cases=tuple(Case(label=f"error {e:g} m", curve=f"power-{e:g}") for e in _ERRORS),
        ),
        Claim(
            text="The rate falls with the distance.",
            source="Section V",
            rule="trend",
            metric="verified",
            relation="<",
            cases=tuple(Case(label=f"error {e:g} m", curve=f"distance-{e:g}") for e in _ERRORS),
            note="The same azimuths at every distance; farther away the error also spans a smaller angle.",
        ),
        Claim(
            text="The rate falls with the position error.",
            source="Section V",
            rule="mean",
            metric="verified",
            relation=">",
            cases=tuple(
                Case(label=f"{a:g} m against {b:g} m", curve=f"power-{a:g}", versus=f"power-{b:g}", where=_LOUD)
                for a, b in zip(_ERRORS, _ERRORS[1:], strict=False)
            ),
        ),
        Claim(
            text="Guaranteed rates hold against the dense adversary within 0.3 bit/s/Hz.",
            source="spec, section 4",
            rule="every",
            metric="gap",
            relation="<=",
            against=0.3,
            cases=tuple(Case(label=f"error {e:g} m", curve=f"{kind}-{e:g}") for e in _ERRORS
                        for kind in ("power", "distance")),
        ),
    ),
    source=SOURCE,
    note=NOTE,
)  # fmt: skip


SCHEMES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "digital": ("fully digital", "fully-digital", {}),
    "robust": ("robust", "robust", {}),
    "minimum": ("TDMA, far users their minimum", "tdma", {"share": "minimum"}),
    "planar": ("plane waves assumed", "planar-wave", {}),
    "halves": ("TDMA, halves", "tdma", {"share": "halves"}),
    "fdma": ("FDMA, halves", "fdma", {}),
    "non-robust": ("not robust", "non-robust", {}),
    "zf": ("zero forcing", "zero-forcing", {}),
    "focusing": ("focusing", "focusing", {}),
}

FIG4 = Study(
    name="dma-noma/fig4",
    title="Schemes against each other",
    system=SYSTEM,
    measure=f"{MEASURES}:rates",
    axes=(POWER,),
    points=sweep(*_POWERS),
    curves=tuple(
        Curve(name=name, label=label, method=method, settings=settings)
        for name, (label, method, settings) in SCHEMES.items()
    ),
    metrics=RATES,
    drops=12,
    pictures=(
        Picture(
            name="fig4",
            caption="Worst sum rate over balls of 0.1 m, 32 elements, two groups, mean over scenes with its 95 % "
            "confidence band; all schemes scored by the same adversary.",
            panels=(
                Panel(metric="verified", axis="power_dbm",
                      lines=tuple(Line(curve=name) for name in ("digital", "robust", "planar", "non-robust", "zf",
                                                                "focusing")), title="beamforming"),
                Panel(metric="verified", axis="power_dbm",
                      lines=(Line(curve="robust", colour=1), Line(curve="minimum", colour=6),
                             Line(curve="halves", colour=7), Line(curve="fdma", colour=0, dash=1)),
                      title="multiple access"),
            ),
        ),
    ),
    tables=(
        Table(name="fig4-table", caption="The same in numbers.", metrics=("verified", "guaranteed", "mean"),
              curves=tuple(SCHEMES), digits=3),
    ),
    claims=(
        Claim(
            text="NOMA beats orthogonal access.",
            source="Section V",
            rule="mean",
            metric="verified",
            relation=">",
            cases=tuple(
                Case(label=SCHEMES[name][0], curve="robust", versus=name, where=_LOUD)
                for name in ("halves", "minimum", "fdma")
            ),
        ),
        Claim(
            text="The robust design beats designs that ignore the error or the wavefront.",
            source="Section V",
            rule="mean",
            metric="verified",
            relation=">",
            cases=tuple(
                Case(label=SCHEMES[name][0], curve="robust", versus=name, where=_LOUD)
                for name in ("non-robust", "planar", "zf", "focusing")
            ),
        ),
        Claim(
            text="A chain per element is better still.",
            source="Section V",
            rule="mean",
            metric="verified",
            relation=">",
            cases=(Case(label="fully digital", curve="digital", versus="robust", where=_LOUD),),
        ),
    ),
    source=SOURCE,
    note=NOTE,
)  # fmt: skip
