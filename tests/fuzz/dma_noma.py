"""Metasurface NOMA under the fuzz."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from beamwright.systems import dma_noma
from beamwright.systems.dma_noma.scenario import PER_GROUP, PER_USER

from .subject import Arrays, Case, Subject, Twin
from .values import ends

SEARCH = {"rounds": 2, "steps": 8}
METHODS: dict[str, dict[str, Any]] = {
    "robust": SEARCH, "cutting-set": {**SEARCH, "cuts": 4}, "csi-ball": SEARCH,
    "published-alternation": {**SEARCH, "alternations": 2}, "non-robust": SEARCH, "planar-wave": SEARCH,
    "zero-forcing": {}, "focusing": {}, "tdma": SEARCH, "fdma": SEARCH, "fully-digital": SEARCH,
    "quantised": SEARCH, "phase-shifters": SEARCH,
}  # fmt: skip
DISCRETE = {"quantised"}
"""Methods that choose among few values one after another: twins of theirs may end elsewhere."""
SHAPES: tuple[dict[str, Any], ...] = (
    {"rows": 1, "columns": 32, "groups": 2, "feeds": None, "feeding": "edge"},
    {"rows": 1, "columns": 4, "groups": 2, "feeds": None, "feeding": "edge"},
    {"rows": 1, "columns": 4, "groups": 2, "feeds": None, "feeding": "digital"},
    {"rows": 2, "columns": 2, "groups": 2, "feeds": 4, "feeding": "edge"},
)
FEW = 2
"""Positions across a ball that programs are compiled for, with density 8."""


def settle(values: dict[str, Any], method: str, rng: np.random.Generator) -> dict[str, Any]:
    """Near users are near, some users unlike others. Methods that search get balls of few positions, which are a shape.

    A single weight below one.
    """
    if values.get("weight", 0.5) >= 1:
        values = {**values, "weight": 1 / (1 + values["weight"])}
    values = values | {name: _apart(name, values, rng) for name in (*PER_USER, *PER_GROUP) if rng.random() < 0.1}
    names = ("near_range_m", "far_range_m")
    if all(name in values for name in names):
        values = {**values, **dict(zip(names, sorted(values[name] for name in names), strict=True))}
    if not METHODS[method]:
        return values
    s, few = dma_noma.Scenario(**SHAPES[0]), 0.99 * FEW / (8 * (values["columns"] - 1) / 2)  # of the distance
    most = few * min(values.get("near_range_m", s.near_range_m), s.near_range_m)
    largest = {"position_error_m": float(most), "azimuth_error_deg": float(np.rad2deg(few))}
    given = {name: end for name, end in largest.items() if values.get(name) is not None}
    return values | {name: np.minimum(values[name], end).tolist() for name, end in given.items()}


def _apart(name: str, values: dict[str, Any], rng: np.random.Generator) -> list[float]:
    """Values of every user, or group, about that of all."""
    usual = values.get(name, dma_noma.Scenario.model_fields[name].default)
    count = values["groups"] * (2 if name in PER_USER else 1)
    if name == "noise_dbm":
        return list(np.clip(usual + rng.normal(0, 15, count), -300, 300).tolist())
    low, high = ends(dma_noma.Scenario.model_fields[name])
    return list(np.clip(usual * 10 ** rng.normal(0, 0.7, count), low, high).tolist())


def bring(arrays: Arrays, rng: np.random.Generator) -> Arrays:
    """Users off the plane, very far, on top of each other, or all in one direction."""
    near, far = (arrays[name].copy() for name in ("near_positions_m", "far_positions_m"))
    kind = rng.choice(["lifted", "far", "together", "swapped"])
    if kind == "lifted":
        near[..., 2] = rng.normal(0, 1, near.shape[:-1]) * np.abs(near[..., 0])
    elif kind == "far":
        scale = 10.0 ** rng.uniform(0, 6)
        near, far = near * scale, far * scale
    elif kind == "together":
        near[:] = near[:, :1]
    else:
        near, far = far, near
    return {"near_positions_m": near, "far_positions_m": far}


def twins(case: Case, rng: np.random.Generator) -> list[Twin]:
    """Two of: groups in another order, left and right exchanged, powers, gains and lengths in other units."""
    s = dma_noma.Scenario(**case.scenario)
    every = [_groups(s, case), _power(s, case, rng), _gain(s, case, rng), _length(s, case, rng)]
    if s.feeding != "waveguides":
        every.append(_mirror(s, case))
    chosen = [every[i] for i in rng.choice(len(every), 2, replace=False)]
    return [twin._replace(solved=case.method not in DISCRETE) for twin in chosen]


def _with(s: Any, case: Case, arrays: Arrays | None = None, **scenario: Any) -> Case:
    values = {**s.model_dump(), **scenario}
    return case._replace(scenario=values, arrays=case.arrays if arrays is None else arrays)


def _groups(s: Any, case: Case) -> Twin:
    moved = {name: array[:, ::-1] for name, array in case.arrays.items()}

    def carry(design: Any) -> Any:
        far = None if design.far_beams is None else design.far_beams[..., ::-1]
        return replace(design, beams=design.beams[..., ::-1], powers_w=design.powers_w[:, ::-1], far_beams=far)

    given = {name: getattr(s, name) for name in (*PER_USER, *PER_GROUP)}
    turned = {name: np.reshape(value, (-1, s.groups))[:, ::-1].ravel().tolist()
              for name, value in given.items() if isinstance(value, tuple)}  # fmt: skip
    return Twin("groups reversed", _with(s, case, moved, **turned), carry)


def _every(value: Any, change: Callable[[Any], Any]) -> Any:
    """A changed value of all users, or of every one."""
    return change(np.asarray(value)).tolist()


def _mirror(s: Any, case: Case) -> Twin:
    mirrored = {name: array * np.array([1.0, -1.0, 1.0]) for name, array in case.arrays.items()}

    def columns(a: np.ndarray) -> np.ndarray:
        return a.reshape(len(a), s.rows, s.columns, -1)[:, :, ::-1].reshape(a.shape)

    def chains(beams: np.ndarray, network: int) -> np.ndarray:
        return (lambda b: b[:, ::-1], columns, lambda b: b)[network](beams)

    def carry(design: Any) -> Any:
        elements = ("amplitudes", "phases_rad", "far_amplitudes", "far_phases_rad")
        there = {name: array for name in elements if (array := getattr(design, name)) is not None}
        far = None if design.far_beams is None else chains(design.far_beams, design.hardware)
        moved = {name: columns(array) for name, array in there.items()}
        return replace(design, beams=chains(design.beams, design.hardware), far_beams=far, **moved)

    return Twin("mirrored", _with(s, case, mirrored), carry)


def _power(s: Any, case: Case, rng: np.random.Generator) -> Twin:
    db = float(rng.uniform(-120, 120))
    unit = 10 ** (db / 10)
    drawn = {name: getattr(s, name) * unit for name in ("circuit_power_w", "chain_power_w")}
    noise = _every(s.noise_dbm, lambda x: x + db)
    there = _with(s, case, power_dbm=s.power_dbm + db, noise_dbm=noise, **drawn)
    return Twin(f"powers {db:+.0f} dB", there, lambda d: replace(d, powers_w=d.powers_w * unit))


def _gain(s: Any, case: Case, rng: np.random.Generator) -> Twin:
    db = float(rng.uniform(-120, 120))
    there = _with(
        s, case, reference_gain_db=s.reference_gain_db + db, noise_dbm=_every(s.noise_dbm, lambda x: x + db),
        scattering_norm=_every(s.scattering_norm, lambda x: x * 10 ** (db / 20)),
    )  # fmt: skip
    return Twin(f"gains {db:+.0f} dB", there, lambda d: d)


def _length(s: Any, case: Case, rng: np.random.Generator) -> Twin:
    k = 10.0 ** rng.uniform(-3, 3)
    gain = s.reference_gain_db + 10 * s.path_loss_exponent * np.log10(k)
    there = _with(
        s, case, {name: array * k for name, array in case.arrays.items()}, carrier_hz=s.carrier_hz / k,
        position_error_m=_every(s.position_error_m, lambda x: x * k), reference_gain_db=float(gain),
        near_range_m=s.near_range_m * k, far_range_m=s.far_range_m * k,
        waveguide_attenuation_per_m=s.waveguide_attenuation_per_m / k,
        range_error_m=None if s.range_error_m is None else s.range_error_m * k,
    )  # fmt: skip
    return Twin(f"lengths times {k:.3g}", there, lambda d: d)


def figures(s: Any, certificate: Any, design: Any) -> Arrays:
    """Guaranteed rates, and shortfalls on the scale of one bit/s/Hz.

    Verified rates, and with them the status, come from random positions of every user.
    """
    c = certificate
    return {
        "guaranteed_weighted_rate": c.guaranteed_weighted_rate, "guaranteed_sum_rate": c.guaranteed_sum_rate,
        "near_rates": np.sort(c.near_rates), "far_rates": np.sort(c.far_rates), "bound": c.bound,
        "met": 1 + np.maximum(c.rate_shortfall, 1e-6),
    }  # fmt: skip


def rounding(case: Case) -> tuple[float, float]:
    """Phases are distances over wavelengths; what they leave of interference that is cancelled, noise may not hide."""
    s = dma_noma.Scenario(**case.scenario)
    lengths = [np.linalg.norm(array, axis=-1) for array in case.arrays.values()]
    far, near = max(float(x.max()) for x in lengths) / s.wavelength_m, min(float(x.min()) for x in lengths)
    loud_db = (
        s.power_dbm - float(np.min(s.noise_dbm)) + s.reference_gain_db - 10 * s.path_loss_exponent * np.log10(near)
    )
    left = (1e-14 * far) ** 2 * 10 ** (loud_db / 10) * s.rows * s.columns
    return 1e-14 * far + left, 1e-13 * far + left


SUBJECT = Subject(
    dma_noma.SYSTEM, SHAPES, METHODS, bring, twins, figures, "guaranteed_weighted_rate",
    silent=frozenset({"trace", "bound"}), settle=settle, rtol=1e-3, rounding=rounding,
)  # fmt: skip
