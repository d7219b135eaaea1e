"""Studies 6b to 9: worst-case utility against region, power, offset and target, antennas moving and not."""

from typing import Any

from beamwright.records import Axis, Case, Claim, Curve, Line, Panel, Picture, Study, Table, sweep
from beamwright.studies.figures.cellfree.common import (
    MEASURES,
    NOTE,
    POWER,
    RANGE,
    REGION,
    SOURCE,
    SYSTEM,
    TARGET,
    UTILITIES,
    curves,
)

_POWERS = (1e-3, 1e-2, 1e-1, 1.0, 10.0)
_RANGES = (0.0, 125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0)
_REGIONS = (0.75, 1.0, 1.5, 2.0, 3.0, 4.0)
_TARGETS = (10.0, 40.0, 80.0, 120.0, 200.0, 300.0)
_ORDER = ("moving", "fixed", "non-robust", "leakage", "silence")


def _study(
    name: str, title: str, axis: Axis, points: tuple[float, ...], caption: str, claims: tuple[Claim, ...],
    scale: str = "linear", names: tuple[str, ...] = _ORDER, more: tuple[Curve, ...] = (), **settings: Any,
) -> Study:  # fmt: skip
    drawn = (*names, *(curve.name for curve in more))
    return Study(
        name=f"cellfree/{name}",
        title=title,
        system=SYSTEM,
        measure=f"{MEASURES}:utilities",
        axes=(axis,),
        points=sweep(*points),
        curves=(*curves(*names), *more),
        metrics=UTILITIES,
        settings=settings,
        drops=8,
        pictures=(
            Picture(
                name=name,
                caption=caption,
                panels=(
                    Panel(metric="worst", axis=axis.name, axis_scale=scale, title="worst-case utility",  # type: ignore[arg-type]
                          lines=tuple(Line(curve=curve) for curve in drawn)),
                    Panel(metric="radar_db", axis=axis.name, axis_scale=scale, title="what the radar sees",  # type: ignore[arg-type]
                          lines=tuple(Line(curve=curve, colour=i) for i, curve in enumerate(names)
                                      if curve != "silence")),
                ),
            ),
        ),
        tables=(
            Table(name=f"{name}-table", caption="The same in numbers.", digits=3, curves=drawn,
                  metrics=("worst", "nominal", "users", "radar_db", "radiated")),
        ),
        claims=claims,
        source=SOURCE,
        note=NOTE,
    )  # fmt: skip


def _better(text: str, curve: str, versus: str, note: str = "", **where: Any) -> Claim:
    return Claim(
        text=text, source="Section V", rule="mean", metric="worst", relation=">", note=note,
        cases=(Case(label=f"{curve} against {versus}", curve=curve, versus=versus, where=where),),
    )  # fmt: skip


FIG6B = _study(
    "fig6b", "Utility against the region of the antennas", REGION, _REGIONS,
    "Worst-case utility and least radar SINR against half of the region in which antennas may move, four transmit "
    "antennas per access point; mean over scenes with its 95 % confidence band.",
    (
        Claim(text="A larger region gives a higher utility.", source="Section V", rule="mean", metric="worst",
              relation=">", cases=tuple(
                  Case(label=f"moving antennas against fixed ones, {half:g} wavelengths", curve="moving",
                       versus="fixed", where={"half_region_wavelengths": (half, half)})
                  for half in (1.0, 2.0, 4.0)),
              note="At 0.75 wavelengths there is no room to move, and both are the same."),
    ),
    tx_antennas=4, names=("moving", "fixed", "silence"),
)  # fmt: skip

FIG7 = _study(
    "fig7", "Utility against the power of the access points", POWER, _POWERS,
    "Worst-case utility and least radar SINR against the transmit power of an access point; mean over scenes with its "
    "95 % confidence band. More power is more interference for a design that ignores offsets.",
    (
        Claim(text="The utility rises with the power.", source="Section V", rule="trend", metric="worst", relation=">",
              tolerance=1e-3, cases=(
                  Case(label="antennas move", curve="moving"), Case(label="antennas fixed", curve="fixed"),
                  Case(label="not robust", curve="non-robust"))),
        _better("Movable antennas beat fixed ones.", "moving", "fixed"),
        _better("Robust design pays.", "moving", "non-robust"),
    ),
    scale="log",
    more=(Curve(name="no-offset", label="no offsets", method="robust", settings={"offset_range_hz": 0.0}),),
)  # fmt: skip

FIG8 = _study(
    "fig8", "Utility against the carrier offset", RANGE, _RANGES,
    "Worst-case utility and least radar SINR against the largest difference of two carriers; mean over scenes with its "
    "95 % confidence band.",
    (
        Claim(text="Carrier offsets lower the utility.", source="Section V", rule="mean", metric="worst", relation="<",
              against="nominal", cases=(Case(label="not robust, 500 Hz", curve="non-robust",
                                             where={"offset_range_hz": (500.0, 500.0)}),)),
        Claim(text="The robust design loses little.", source="Section V", rule="mean", metric="worst", relation=">",
              against=18.0, cases=(Case(label="4000 Hz", curve="moving", where={"offset_range_hz": (4000.0, 4000.0)}),),
              note="Read as: above 18 bit/s/Hz."),
        _better("Movable antennas beat fixed ones.", "moving", "fixed"),
        _better("Robust design pays wherever there is an offset.", "moving", "non-robust",
                offset_range_hz=(125.0, 4000.0)),
    ),
)  # fmt: skip

FIG9 = _study(
    "fig9", "Utility against the distance of the target", TARGET, _TARGETS,
    "Worst-case utility and least radar SINR against the distance of the target from the middle of the circle of "
    "access points, whose radius is 100 m; mean over scenes with its 95 % confidence band.",
    (
        Claim(text="The utility falls with the distance of the target.", source="Section V", rule="trend",
              metric="worst", relation="<", cases=(Case(label="antennas move", curve="moving"),),
              note="It rises as the target comes near an access point at 100 m, and falls behind them."),
        Claim(text="Behind the access points it falls.", source="ours", rule="trend", metric="worst", relation="<",
              cases=(Case(label="120 m and farther", curve="moving", where={"target_range_m": (120.0, 300.0)}),)),
        _better("Movable antennas beat fixed ones inside the circle.", "moving", "fixed", target_range_m=(10.0, 80.0)),
    ),
    names=("moving", "fixed", "silence"),
)  # fmt: skip
