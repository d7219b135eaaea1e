"""Statistics of the links, the checks of those that people bring, and their drops axis."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike

from beamwright.core import ArrayRecord, Input, as_array, guarded, known_of, plain_array, renamed, require
from beamwright.systems.star_ris.scenario import Scenario


@dataclass(frozen=True)
class Statistics(ArrayRecord):
    """Statistical channel knowledge: means and variances of all links, no realisation (spec star_ris, section 1)."""

    direct_mean: np.ndarray
    """(drops, users, antennas) hd_k: user k receives hd_k^H w directly."""
    surface_mean: np.ndarray
    """(drops, elements, antennas) G: x = G w arrives at the surface."""
    user_mean: np.ndarray
    """(drops, users, elements) hr_k: user k receives hr_k^H diag(u) x by the surface."""
    direct_var: np.ndarray
    """(drops, users) eta_k, variance of every entry of the scattered part of hd_k."""
    surface_var: np.ndarray
    """(drops,) tau, variance of every entry of the scattered part of G."""
    user_var: np.ndarray
    """(drops, users) rho_k, variance of every entry of the scattered part of hr_k."""
    side: np.ndarray
    """(drops, users) 0 for users behind the surface (transmission), 1 for those before it (reflection)."""
    kappa: np.ndarray
    """(drops,) concentration of the von Mises phase noise; 0 uniform, inf none."""
    noise_power_w: np.ndarray
    """(drops,)."""
    power_w: np.ndarray
    """(drops,) sum_k ||w_k||^2."""
    drop: np.ndarray | None = None
    """(drops,) the number of every drop, from which random starts are drawn; see ``numbers``."""

    @property
    def numbers(self) -> np.ndarray:
        """``drop``, or 0, 1, ... where it was not given."""
        return np.arange(len(self.side)) if self.drop is None else self.drop


INPUTS = {
    "direct_mean": Input("drops users antennas", "amplitude", conjugated=True),
    "surface_mean": Input("drops elements antennas", "amplitude"),
    "user_mean": Input("drops users elements", "amplitude", conjugated=True),
    "direct_var": Input("drops users", "power", spread=True),
    "surface_var": Input("drops", "power", spread=True),
    "user_var": Input("drops users", "power", spread=True),
    "side": Input("drops users", "logical", spread=True),
    "kappa": Input("drops", "real", infinite=True, spread=True),
    "noise_power_w": Input("drops", "power", "W", spread=True),
    "power_w": Input("drops", "power", "W", spread=True),
}
"""Arrays a user may bring. What arrives is user_mean^H diag(u) surface_mean w: the surface's is not conjugated."""
_COMPLEX = tuple(name for name, entry in INPUTS.items() if entry.kind == "amplitude")


@guarded(Scenario)
def known(scenario: Scenario, **arrays: ArrayLike) -> Statistics:
    """Statistics from a person's arrays. Raises ValueError naming the missing or wrong one."""
    missing = [name for name in INPUTS if name not in arrays]
    require(not missing, ", ".join(missing), "be given", "nothing")
    return checked(Statistics(**{name: plain_array(arrays[name], name) for name in INPUTS}), scenario)


@renamed
def checked(known: Statistics, scenario: Scenario | None = None) -> Statistics:
    """Statistics as arrays of the right type and shape; one value for all drops or users is spread to them.

    Raises: ValueError naming the field that is not finite (kappa may be inf), has a wrong shape, a negative variance or
            kappa, a side other than 0 or 1, or a power or noise power that is not positive; or a size that differs
            from the scenario's, where one is given.
    """
    known = known_of(known, Statistics)
    arrays = {name: plain_array(getattr(known, name), name) for name in INPUTS}
    single = arrays["surface_mean"].ndim == 2
    if single:  # one drop, without its axis
        arrays |= {name: arrays[name][None] for name in _COMPLEX}
        arrays |= {
            name: arrays[name][None] if arrays[name].ndim == 1 else arrays[name]
            for name in ("direct_var", "user_var", "side")
        }
    surface = _amplitude(arrays, "surface_mean")
    drops, elements, antennas = surface.shape
    direct = _amplitude(arrays, "direct_mean", drops=drops, antennas=antennas)
    users = direct.shape[1]
    sizes = {"drops": drops, "users": users, "elements": elements, "antennas": antennas}
    require(min(sizes.values()) >= 1, "surface_mean", "have drops, elements, antennas and users", surface.shape)
    user = _amplitude(arrays, "user_mean", **sizes)
    for name in ("antennas", "elements", "users") if scenario is not None else ():
        require(getattr(scenario, name) == sizes[name], name, f"be {sizes[name]} in the scenario, as in the statistics",
                getattr(scenario, name))  # fmt: skip
    values = {"surface_mean": surface, "direct_mean": direct, "user_mean": user}
    for name in (name for name in INPUTS if name not in _COMPLEX):
        axes = INPUTS[name].axes
        shape = tuple(sizes[axis] for axis in axes.split())
        array = arrays[name]
        fits = array.shape in ((), shape, shape[:1] + (1,) * (len(shape) - 1), shape[1:] if len(shape) > 1 else shape)
        require(fits, name, f"be one value or have shape {shape} ({axes})", f"shape {array.shape}")
        require(not np.iscomplexobj(array) or not np.any(array.imag), name, "be real", "imaginary parts")
        values[name] = np.broadcast_to(np.asarray(np.real(array), float), shape)
        _check_values(name, values[name])
    values["side"] = values["side"].astype(int)
    numbers = np.arange(drops) if known.drop is None else np.atleast_1d(known.drop)
    good = numbers.shape == (drops,) and bool(np.all(numbers == numbers.astype(np.uint32)))
    require(good, "drop", f"be {drops} numbers from 0 to 2^32 - 1", numbers)
    values["drop"] = numbers.astype(np.uint32)
    return Statistics(**{f.name: np.ascontiguousarray(values[f.name]) for f in fields(Statistics)})


def _amplitude(arrays: Mapping[str, np.ndarray], name: str, **sizes: int) -> np.ndarray:
    return as_array(arrays[name], name, INPUTS[name].axes, complex, **sizes)


def _check_values(name: str, values: np.ndarray) -> None:
    allowed = ~np.isnan(values) if name == "kappa" else np.isfinite(values)
    require(bool(allowed.all()), name, "be finite" if name != "kappa" else "be a number", values[~allowed][:1])
    if name == "side":
        good, rule = np.isin(values, (0, 1)), "be 0 (transmission) or 1 (reflection)"
    elif name in ("noise_power_w", "power_w"):
        good, rule = values > 0, "be > 0"
    else:
        good, rule = values >= 0, "be >= 0"
    require(bool(good.all()), name, rule, values[~good][0] if not good.all() else "")
