"""The two-sided surface under the fuzz. CVXPY's comparison is left out: seconds a drop."""

from dataclasses import replace
from typing import Any

import numpy as np

from beamwright.systems import star_ris

from .subject import Arrays, Case, Subject, Twin

SEARCH = {"iterations": 30, "starts": 1}
METHODS: dict[str, dict[str, Any]] = {
    "max-sum-rate": {**SEARCH, "rounds": 4}, "max-min-rate": {**SEARCH, "rounds": 4}, "min-interference": SEARCH,
    "majorise-minimise": {"iterations": 30}, "random": {}, "no-surface": {}, "reflecting-only": {},
}  # fmt: skip
SHAPES: tuple[dict[str, Any], ...] = (
    {"antennas": 8, "elements": 16, "users": 4, "reflection_users": None, "surface_paths": 1},
    {"antennas": 4, "elements": 6, "users": 3, "reflection_users": None, "surface_paths": 2},
)
MEANS = ("direct_mean", "surface_mean", "user_mean")


def bring(arrays: Arrays, rng: np.random.Generator) -> Arrays:
    """Links of another scale, links that are not there, users alike, all on one side."""
    found = dict(arrays)
    kind = rng.choice(["scaled", "blocked", "alike", "one side", "no means"])
    if kind == "scaled":
        name = str(rng.choice(MEANS))
        factor = 10.0 ** rng.uniform(-9, 3)
        variance = name.replace("mean", "var")
        found |= {name: factor * found[name], variance: factor**2 * found[variance]}
    elif kind == "blocked":
        gone = np.arange(found["side"].shape[1]) == 0
        found["direct_mean"] = np.where(gone[:, None], 0, found["direct_mean"])
        found["user_mean"] = np.where(gone[:, None], 0, found["user_mean"])
        if rng.random() < 0.5:
            found |= {name: np.where(gone, 0, found[name]) for name in ("direct_var", "user_var")}
    elif kind == "alike":
        alike = ("direct_mean", "user_mean")
        found |= {name: np.repeat(found[name][:, :1], found[name].shape[1], axis=1) for name in alike}
    elif kind == "one side":
        found["side"] = np.full_like(found["side"], rng.integers(2))
    else:
        found |= {name: np.zeros_like(found[name]) for name in MEANS}
    return found


def twins(case: Case, rng: np.random.Generator) -> list[Twin]:
    """Users in another order, conjugated, or in other units: two of these."""
    every = [_users(case), _conjugate(case), _watts(case, rng), _amplitude(case, rng)]
    return [every[i] for i in rng.choice(len(every), 2, replace=False)]


def _with(case: Case, **arrays: np.ndarray) -> Case:
    return case._replace(arrays={**case.arrays, **arrays})


def _users(case: Case) -> Twin:
    names = ("direct_mean", "user_mean", "direct_var", "user_var", "side")

    def carry(d: Any) -> Any:
        parts = {name: getattr(d, name)[..., ::-1] for name in ("precoder", "design_precoder", "share")}
        return replace(d, **parts)

    there = _with(case, **{name: case.arrays[name][:, ::-1] for name in names})
    numbered = case.options.get("precoder") == "identity"  # gives user k antenna k
    return Twin("users reversed", there, carry, solved=not numbered)


def _conjugate(case: Case) -> Twin:
    """Random phases to start from are not conjugated, so only the certificate is compared."""

    def carry(d: Any) -> Any:
        return replace(d, **{name: np.conj(getattr(d, name)) for name in ("u", "precoder", "design_precoder")})

    there = _with(case, **{name: np.conj(case.arrays[name]) for name in MEANS})
    return Twin("conjugated", there, carry, solved=False)


def _watts(case: Case, rng: np.random.Generator) -> Twin:
    unit = 10.0 ** rng.uniform(-12, 12)
    there = _with(case, **{name: unit * case.arrays[name] for name in ("power_w", "noise_power_w")})

    def carry(d: Any) -> Any:
        return replace(d, **{name: np.sqrt(unit) * getattr(d, name) for name in ("precoder", "design_precoder")})

    return Twin(f"watts times {unit:.3g}", there, carry, unit=unit)


def _amplitude(case: Case, rng: np.random.Generator) -> Twin:
    """Every channel and the root of the noise."""
    a = 10.0 ** rng.uniform(-6, 6)
    power = ("direct_var", "user_var", "noise_power_w")
    there = _with(
        case, **{name: a * case.arrays[name] for name in ("direct_mean", "user_mean")},
        **{name: a**2 * case.arrays[name] for name in power},
    )  # fmt: skip
    return Twin(f"amplitudes times {a:.3g}", there, lambda d: d, unit=a**2)


def figures(s: Any, certificate: Any, design: Any) -> Arrays:
    """Objective; bound, which may be zero to rounding and then counts beside the objective; rates, watts.

    Rates of 1e-20 bit/s/Hz are none: no search finds a slope there.
    """
    c = certificate
    served = c.sense == "minimise" or c.objective > 1e-20
    return {
        "objective": np.where(served, c.objective, 0.0), "bound": np.stack([c.bound, c.objective], axis=1),
        "rates": np.sort(c.rates), "interference_w": c.interference_w,
        "reference": c.reference, "status": c.status,
    }  # fmt: skip


def rounding(case: Case) -> tuple[float, float]:
    """The largest SNR is the condition of precoders."""
    a = case.arrays
    direct, surface, user = (float(np.abs(a[name]).max(initial=0)) for name in MEANS)
    amplitude = direct + surface * user * a["surface_mean"].shape[1]
    loud = float((a["power_w"] / a["noise_power_w"]).max()) * amplitude**2
    return 1e-14 * np.sqrt(loud), 1e-14 * loud


SUBJECT = Subject(
    star_ris.SYSTEM, SHAPES, METHODS, bring, twins, figures, "objective",
    silent=frozenset({"trace", "spread", "gap", "bound", "kappa"}), watts=frozenset({"interference_w", "reference"}),
    rtol=1e-3, rounding=rounding,
)  # fmt: skip
