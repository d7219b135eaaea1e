"""Cell-free radar and communication under the fuzz. Agents that learn are left out: minutes a case."""

from dataclasses import replace
from typing import Any

import numpy as np

from beamwright.systems import cellfree

from .subject import Arrays, Case, Subject, Twin

SEARCH = {"starts": 1, "rounds": 2, "steps": 20}
METHODS: dict[str, dict[str, Any]] = {
    "robust": SEARCH, "fixed-array": SEARCH, "non-robust": SEARCH,
    "published-alternation": {"starts": 1, "alternations": 2, "steps": 20},
    "silence": {}, "conjugate": {}, "leakage": {},
}  # fmt: skip
SMALL = {"aps": 2, "users": 2, "tx_antennas": 6, "rx_antennas": 3, "paths": 2, "snapshots": 8, "code_gap": 1}
TINY = {**SMALL, "tx_antennas": 3, "rx_antennas": 2, "snapshots": 4}
SHAPES: tuple[dict[str, Any], ...] = (
    {**SMALL, "metric": "rate", "derotated": False},
    {**TINY, "metric": "rate", "derotated": False},
    {**TINY, "metric": "sinr", "derotated": True},
    {**TINY, "metric": "rate", "derotated": False, "target_error_m": 0.0, "subcarriers": 2},
)

GAINS = ("uplink_gain", "direct_gain", "echo_gain")
UPLINK = ("uplink_gain", "uplink_cosine")


def bring(arrays: Arrays, rng: np.random.Generator) -> Arrays:
    """Gains of another scale, links that are not there, directions at the end of their range."""
    found = dict(arrays)
    kind = rng.choice(["scaled", "blocked", "no target", "endfire", "alike"])
    if kind == "scaled":
        factor = 10.0 ** rng.uniform(-9, 3)
        found |= {name: factor * found[name] for name in GAINS}
    elif kind == "blocked":
        name = str(rng.choice(GAINS))
        gone = rng.random(found[name].shape[1:]) < 0.5
        found[name] = np.where(gone, 0, found[name])
    elif kind == "no target":
        found["echo_gain"] = np.zeros_like(found["echo_gain"])
    elif kind == "endfire":
        found |= {name: np.sign(found[name]) for name in found if name.endswith("cosine")}
    else:
        for name, axis in (("uplink_gain", found["uplink_gain"].ndim - 3), ("uplink_cosine", 1)):
            count = found[name].shape[axis]
            found[name] = np.repeat(np.take(found[name], [0], axis=axis), count, axis=axis)
    return found


def twins(case: Case, rng: np.random.Generator) -> list[Twin]:
    """Two of: users in another order, antennas mirrored, powers and time in other units."""
    s = cellfree.Scenario(**case.scenario)
    every = [_users(s, case), _mirror(s, case), _power(s, case, rng), _time(s, case, rng)]
    return [every[i] for i in rng.choice(len(every), 2, replace=False)]


def _with(s: Any, case: Case, arrays: Arrays | None = None, **scenario: float) -> Case:
    return case._replace(
        scenario={**s.model_dump(), **scenario}, arrays=case.arrays if arrays is None else {**case.arrays, **arrays}
    )


def _users(s: Any, case: Case) -> Twin:
    axis = 1 if s.subcarriers == 1 else 2
    moved = {"uplink_cosine": case.arrays["uplink_cosine"][:, ::-1]}
    moved["uplink_gain"] = np.flip(case.arrays["uplink_gain"], axis=axis)

    def carry(d: Any) -> Any:
        return replace(d, powers_w=d.powers_w[..., ::-1], user_filters=d.user_filters[..., ::-1, :])

    return Twin("users reversed", _with(s, case, moved), carry)


def _mirror(s: Any, case: Case) -> Twin:
    """Every axis of an access point turned round."""
    turned = {name: -array for name, array in case.arrays.items() if name.endswith("cosine")}

    def filters(a: np.ndarray) -> np.ndarray:
        return a.reshape(*a.shape[:-1], s.aps, s.rx_antennas)[..., ::-1].reshape(a.shape)

    def places(a: np.ndarray) -> np.ndarray:
        return -np.flip(a, axis=-2 if s.planar else -1)

    def carry(d: Any) -> Any:
        return replace(
            d, tx_positions=places(d.tx_positions), rx_positions=places(d.rx_positions),
            beams=d.beams[..., ::-1], user_filters=filters(d.user_filters), radar_filter=filters(d.radar_filter),
        )  # fmt: skip

    moves = case.method in ("robust", "non-robust", "published-alternation")  # random layouts are not mirrored
    return Twin("mirrored", _with(s, case, turned), carry, solved=not moves)


def _power(s: Any, case: Case, rng: np.random.Generator) -> Twin:
    """Watts in another unit: gains are amplitudes per square root of it."""
    unit = 10.0 ** rng.uniform(-12, 12)
    arrays = {name: case.arrays[name] / np.sqrt(unit) for name in GAINS}
    there = _with(s, case, arrays, ap_power_w=s.ap_power_w * unit, user_power_w=s.user_power_w * unit)

    def carry(d: Any) -> Any:
        return replace(d, beams=d.beams * np.sqrt(unit), powers_w=d.powers_w * unit)

    return Twin(f"watts times {unit:.3g}", there, carry, unit=unit)


def _time(s: Any, case: Case, rng: np.random.Generator) -> Twin:
    k = 10.0 ** rng.uniform(-3, 3)
    grid = {} if s.subcarriers == 1 else {"subcarrier_spacing_hz": s.subcarrier_spacing_hz / k}
    there = _with(s, case, symbol_time_s=s.symbol_time_s * k, offset_range_hz=s.offset_range_hz / k, **grid)
    return Twin(f"seconds times {k:.3g}", there, lambda d: d)


def figures(s: Any, certificate: Any, design: Any) -> Arrays:
    """Utilities, SINRs and residuals."""
    c = certificate
    return {
        "worst_case_utility": c.worst_case_utility, "nominal_utility": c.nominal_utility, "bound": c.bound,
        "silence_utility": c.silence_utility, "least_radar_sinr": c.least_radar_sinr, "radiated_w": c.radiated_w,
        "least_user_sinr": np.sort(c.least_user_sinr, axis=1), "radar_shortfall": c.radar_shortfall, "status": c.status,
    }  # fmt: skip


def rounding(case: Case) -> tuple[float, float]:
    """Interference over noise is the condition of the filters; what they suppress is rounded by its root."""
    s = cellfree.Scenario(**case.scenario)
    loud = s.ap_power_w * s.tx_antennas * s.rx_antennas * _largest(case, "direct_gain", "echo_gain")
    loud += s.user_power_w * s.rx_antennas * _largest(case, "uplink_gain")
    return 1e-14 * np.sqrt(loud), 1e-14 * loud


def _largest(case: Case, *names: str) -> float:
    return float(sum(np.abs(case.arrays[name]).max(initial=0) ** 2 for name in names))


SUBJECT = Subject(
    cellfree.SYSTEM, SHAPES, METHODS, bring, twins, figures, "worst_case_utility",
    silent=frozenset({"trace"}), made=frozenset({"silence_utility"}),
    watts=frozenset({"radiated_w"}), rtol=1e-3, rounding=rounding,
)  # fmt: skip
