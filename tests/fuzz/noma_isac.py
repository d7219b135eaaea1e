"""NOMA-ISAC under the fuzz: certified optima, so whatever is asked otherwise is solved again."""

from typing import Any

import numpy as np

from beamwright.systems import noma_isac

from .subject import Arrays, Case, Subject, Twin

METHODS: dict[str, dict[str, Any]] = {
    "min-power": {}, "robust-min-power": {}, "non-robust-min-power": {}, "max-min": {}, "oma-min-power": {},
    "oma-max-min": {}, "randomisation": {"samples": 5},
}  # fmt: skip
SHAPES: tuple[dict[str, Any], ...] = (
    {"antennas": 8, "users": 3, "target_angles_deg": (-60.0, 60.0)},
    {"antennas": 4, "users": 2, "target_angles_deg": (10.0,)},
    {"antennas": 4, "users": 3, "target_angles_deg": (-40.0, 25.0)},
    {"antennas": 4, "users": 2, "target_angles_deg": ()},
)


def settle(values: dict[str, Any], method: str, rng: np.random.Generator) -> dict[str, Any]:
    """Targets anywhere, their number is a shape."""
    angles = tuple(float(angle) for angle in rng.uniform(-90, 90, len(values["target_angles_deg"])))
    values = {**values, "sensing_signal": "none"} if method.startswith("oma") else values
    return {**values, "target_angles_deg": angles if rng.random() < 0.5 else values["target_angles_deg"]}


def bring(arrays: Arrays, rng: np.random.Generator) -> Arrays:
    """Channels of another scale, users alike, one far weaker, one not there."""
    h = arrays["h"].copy()
    kind = rng.choice(["scaled", "alike", "weak", "blocked"])
    if kind == "scaled":
        h *= 10.0 ** rng.uniform(-9, 3)
    elif kind == "alike":
        h[:] = h[:, :1]
    elif kind == "weak":
        h[:, 0] *= 10.0 ** rng.uniform(-6, 0)
    else:
        h[:, 0] = 0
    return {"h": h}


def twins(case: Case, rng: np.random.Generator) -> list[Twin]:
    """Two of: users in another order, mirrored, channels turned, powers or amplitudes in other units."""
    s = noma_isac.Scenario(**case.scenario)
    every = [_users(s, case), _mirror(s, case), _turned(s, case, rng), _watts(s, case, rng), _amplitude(s, case, rng)]
    return [every[i] for i in rng.choice(len(every), 2, replace=False)]


def _with(s: Any, case: Case, h: np.ndarray | None = None, **scenario: Any) -> Case:
    h = case.arrays["h"] if h is None else h
    return case._replace(scenario={**s.model_dump(), **scenario}, arrays={"h": h})


def _users(s: Any, case: Case) -> Twin:
    return Twin("users reversed", _with(s, case, case.arrays["h"][:, ::-1]), None)


def _mirror(s: Any, case: Case) -> Twin:
    angles = tuple(-angle for angle in s.target_angles_deg)
    return Twin("mirrored", _with(s, case, np.conj(case.arrays["h"]), target_angles_deg=angles), None)


def _turned(s: Any, case: Case, rng: np.random.Generator) -> Twin:
    turn = np.exp(2j * np.pi * rng.random((1, s.users, 1)))
    return Twin("channels turned", _with(s, case, case.arrays["h"] * turn), None)


def _watts(s: Any, case: Case, rng: np.random.Generator) -> Twin:
    unit = 10.0 ** rng.uniform(-12, 12)
    there = _with(
        s, case, noise_power_w=s.noise_power_w * unit, sensing_power_w=s.sensing_power_w * unit,
        power_difference_w=s.power_difference_w * unit, cross_correlation_w2=s.cross_correlation_w2 * unit**2,
        quiet_power_w=np.multiply(s.quiet_power_w, unit),
        antenna_power_limit_w=None if s.antenna_power_limit_w is None else np.multiply(s.antenna_power_limit_w, unit),
    )  # fmt: skip
    power = _option(case, "power_w")
    options = case.options if power is None else {**case.options, "power_w": power * unit}
    return Twin(f"watts times {unit:.3g}", there._replace(options=options), None, unit=unit)


def _amplitude(s: Any, case: Case, rng: np.random.Generator) -> Twin:
    a = 10.0 ** rng.uniform(-6, 6)
    there = _with(
        s, case, a * case.arrays["h"], noise_power_w=s.noise_power_w * a**2, csi_error=np.multiply(s.csi_error, a)
    )
    error = _option(case, "csi_error")
    options = case.options if error is None else {**case.options, "csi_error": error * a}
    return Twin(f"amplitudes times {a:.3g}", there._replace(options=options), None)


def _option(case: Case, name: str) -> float | None:
    """What the method is told, its default where the case is silent; None where that is the scenario's."""
    field = noma_isac.METHODS[case.method].options.model_fields.get(name)
    told = None if field is None else case.options.get(name, field.default)
    return None if told is None else float(told)


def figures(s: Any, certificate: Any, design: Any) -> Arrays:
    """Power and bound of least power, balanced SINR of max-min."""
    balanced = np.isfinite(design.balanced_sinr).any()
    if balanced:
        return {"balanced_sinr": design.balanced_sinr, "status": certificate.status}
    return {"objective_w": certificate.objective_w, "status": certificate.status}


SUBJECT = Subject(
    noma_isac.SYSTEM, SHAPES, METHODS, bring, twins, figures, "objective_w",
    silent=frozenset({"trace", "sinr", "balanced_sinr", "relaxed_sinr", "worst_case_sinr", "worst_case_lower",
                      "power_limit_w"}),
    watts=frozenset({"objective_w"}), settle=settle, rtol=1e-4,
)  # fmt: skip
