"""The scene: what is drawn, what is brought, and what the designer knows of it (spec cellfree, section 2).

Random scenes have access points on a circle, users in a disc, and paths from everywhere. The floors above take the
description and the records that all of them use from this module, too.
"""

from dataclasses import dataclass, fields
from typing import Any

import jax
import numpy as np
from numpy.typing import ArrayLike

from beamwright.arrays import as_xy
from beamwright.channels import power_law
from beamwright.core import (
    SPEED_OF_LIGHT,
    ArrayRecord,
    Input,
    as_array,
    draws,
    drop_keys,
    guarded,
    known_of,
    numbers,
    plain_array,
    renamed,
    require,
    require_drops,
    require_memory,
)
from beamwright.systems.cellfree.scenario import Radio, Scenario
from beamwright.systems.cellfree.sizes import design_bytes, draw_bytes
from beamwright.systems.cellfree.types import (
    MET,
    SOUND,
    Certificate,
    Design,
    Finder,
    Geometry,
    Known,
    LearningCurve,
    Receivers,
    Scorecard,
    Sinr,
    WorstCase,
)
from beamwright.uncertainty import sample_ball

__all__ = [
    "INPUTS", "MET", "SOUND", "Certificate", "Design", "Finder", "Geometry", "Known", "LearningCurve", "Radio",
    "Realisation", "Receivers", "Scenario", "Scorecard", "Sinr", "WorstCase", "checked", "delayed", "design_bytes",
    "draw", "known", "squeezed",
]  # fmt: skip

ERRORS = 0x637369
"""Number of the random stream of channel errors."""
PLACES = 0x747467
"""Number of the random stream of targets' places."""
DELAYS = 0x646C79
"""Number of the random stream of excess delays."""
LINK_EXPONENT, ECHO_EXPONENT = 2.8, 2.2
"""Path-loss exponents between users and access points, and of each leg of an echo (source, section V)."""


@dataclass(frozen=True)
class Realisation(ArrayRecord):
    """A batch of drops: the paths, known to the designer, and the true carrier offsets, known to nobody."""

    known: Known
    truth: np.ndarray
    """(drops, aps) offsets in Hz, uniform in the box."""
    errors: np.ndarray | None = None
    """(drops, users, aps * rx antennas) errors of the users' channels, uniform in the unit ball: over the largest; of
    several subcarriers (drops, subcarriers, users, aps * rx antennas)."""
    place: np.ndarray | None = None
    """(drops, 2) where the target is from where it is assumed, uniform in the unit disc: over the largest error."""


@guarded(Scenario)
def draw(scenario: Scenario, key: jax.Array, drops: int, first: int = 0) -> Realisation:
    """Drops ``first .. first+drops-1`` of the endless sequence that ``key`` stands for, whatever the batch.

    Cosines are those of uniform angles, gains CN(0, power / paths); ``known`` has its ``geometry``. Of antennas in a
    plane the directions are those of the same angles: whatever is heard comes from the side of the middle, to the left
    of the axis, but for the target, which is where it is. Of several subcarriers the first has the gains that one would
    have, and the others those that delays make of them: of the way, and of users' and direct paths an excess,
    exponential with mean ``delay_spread_s`` within the prefix.

    Raises: ValueError if drops is negative or more than fits into memory, or ways are longer than the prefix.
    """
    require_drops(drops, first)
    need, sizes = draw_bytes(scenario, drops)
    require_memory(need, **sizes)
    s = scenario
    raw = _raw(drop_keys(key, drops, first), s.aps, s.users, s.paths)
    place, up_gain, up_angle, gain, rx_angle, tx_angle, offsets = (np.asarray(x) for x in raw)
    geometry = _geometry(s, place)
    aps = geometry.ap_positions_m
    noise = s.noise_power_w
    up_m = np.linalg.norm(geometry.user_positions_m[:, :, None] - aps[:, None], axis=-1)
    link_m = np.linalg.norm(aps[:, :, None] - aps[:, None], axis=-1)
    link = power_law(link_m, LINK_EXPONENT) * 10 ** (s.inter_ap_extra_db / 10)
    link[:, np.arange(s.aps), np.arange(s.aps)] = 10 ** (s.self_interference_db / 10)
    to_target = np.tile(s.targets_m, (drops, 1, 1))[:, :, None] - aps[:, None]
    target_m = np.linalg.norm(to_target, axis=-1)
    leg = power_law(target_m, ECHO_EXPONENT)
    phase = np.exp(-2j * np.pi * (target_m[..., :, None] + target_m[..., None, :]) / s.wavelength_m)
    area = np.broadcast_to(s.radar_cross_section, s.targets)[:, None, None]
    echo = np.sqrt(area * leg[..., :, None] * leg[..., None, :] / noise) * phase
    cosine = np.sum(to_target * geometry.ap_axes[:, None], axis=-1) / np.maximum(target_m, 1e-9)
    if s.planar:
        left = np.stack([-geometry.ap_axes[..., 1], geometry.ap_axes[..., 0]], axis=-1)
        sine = np.sum(to_target * left[:, None], axis=-1) / np.maximum(target_m, 1e-9)
        cosine = np.stack([cosine, sine], axis=-1)
    uplink = np.sqrt(power_law(up_m, LINK_EXPONENT) / noise / s.paths)[..., None] * up_gain
    direct = np.sqrt(link / noise / s.paths)[..., None] * gain
    if s.subcarriers > 1:
        late = _delays(s, key, drops, first, up_m, link_m)
        uplink, direct = delayed(s, uplink, late[0]), delayed(s, direct, late[1])
        echo = delayed(s, echo, (target_m[..., :, None] + target_m[..., None, :]) / SPEED_OF_LIGHT)
    known = Known(
        uplink_gain=uplink,
        uplink_cosine=_directions(s, up_angle),
        direct_gain=direct,
        direct_rx_cosine=_directions(s, rx_angle),
        direct_tx_cosine=_directions(s, tx_angle),
        echo_gain=squeezed(s, echo, axis=2 if s.subcarriers > 1 else 1),
        target_cosine=squeezed(s, cosine),
        geometry=geometry,
        drop=np.arange(first, first + drops),
    )
    errors = _errors(s, key, drops, first) if s.uncertain else None
    return Realisation(known, s.offset_range_hz * offsets, errors, _places(key, drops, first) if s.displaced else None)


@renamed
def delayed(scenario: Scenario, gain: ArrayLike, delay_s: ArrayLike) -> np.ndarray:
    """Gains of every subcarrier (drops, subcarriers, ...) of paths with gains and delays (drops, ...).

        g exp(-j 2 pi k q spacing tau),     k = 0 .. K - 1, q the step

    One subcarrier has no axis, and the gains as they are.

    Raises:  ValueError naming what is not a number, has another shape, or arrives after the prefix.
    """
    gains, late = numbers(gain, "gain", complex), numbers(delay_s, "delay_s")
    require(gains.shape == late.shape, "delay_s", f"have shape {gains.shape} like gain", late.shape)
    if scenario.subcarriers == 1:
        return gains
    least, most = float(late.min(initial=0.0)), float(late.max(initial=0.0))
    ends = scenario.prefix_s
    require(
        least >= 0 and most <= ends * (1 + 1e-12), "delay_s", f"be within the prefix, 0 to {ends:.6g} s",
        f"{least:.6g} to {most:.6g}", "Later paths would disturb the next symbol",
    )  # fmt: skip
    turns = np.multiply.outer(scenario.frequencies_hz, late)
    return np.moveaxis(gains * np.exp(-2j * np.pi * turns), 0, 1)


def _delays(
    s: Scenario, key: jax.Array, drops: int, first: int, up_m: np.ndarray, link_m: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Delays of users' paths (drops, users, aps, paths) and of direct ones (drops, aps, aps, paths), in s.

    Raises: ValueError for ways, by the target ones too, that are longer than the prefix.
    """
    require(
        s.longest_way_s <= s.prefix_s, "symbol_time_s", "leave a prefix for the longest way, beyond "
        "1/subcarrier_spacing_hz", f"{s.prefix_s:.3g} s for {s.longest_way_s:.3g} s", "Or lower ap_radius_m",
    )  # fmt: skip
    of_users, of_aps = draws.split(drop_keys(draws.fold_in(key, DELAYS), drops, first))
    uplink = draws.uniform(of_users, (s.users, s.aps, s.paths))
    return _late(s, up_m, uplink), _late(s, link_m, draws.uniform(of_aps, (s.aps, s.aps, s.paths)))


def _late(s: Scenario, way_m: np.ndarray, uniform: np.ndarray) -> np.ndarray:
    """Delays (..., paths) of ways (...): the way and an excess, exponential within the prefix, by numbers in [0, 1)."""
    way_s = way_m[..., None] / SPEED_OF_LIGHT
    room = np.maximum(s.prefix_s - way_s, 0.0)
    if s.delay_spread_s == 0:
        return np.broadcast_to(way_s, uniform.shape)
    share = -np.expm1(-room / s.delay_spread_s)
    return way_s + np.minimum(-s.delay_spread_s * np.log1p(-uniform * share), room)


def _directions(s: Scenario, angle: np.ndarray) -> np.ndarray:
    """Cosines of angles (...) from an access point's axis; in a plane unit vectors (..., xy)."""
    return as_xy(np.exp(1j * angle)) if s.planar else np.cos(angle)


def _errors(s: Scenario, key: jax.Array, drops: int, first: int) -> np.ndarray:
    keys = drop_keys(draws.fold_in(key, ERRORS), drops, first)
    errors = sample_ball(keys, np.ones((drops, s.subcarriers * s.users)), s.aps * s.rx_antennas)[0]
    return errors.reshape(drops, s.subcarriers, s.users, -1) if s.subcarriers > 1 else errors


def _places(key: jax.Array, drops: int, first: int) -> np.ndarray:
    """(drops, 2) uniform in the unit disc, which is the unit ball of one complex number."""
    keys = drop_keys(draws.fold_in(key, PLACES), drops, first)
    return as_xy(sample_ball(keys, np.ones((drops, 1)), 1)[0, :, 0, 0])


def squeezed(s: Scenario, values: np.ndarray, axis: int = 1) -> np.ndarray:
    """Values with an axis of targets as a person sees them: with one target they have none."""
    return np.take(values, 0, axis=axis) if s.targets == 1 else values


def _geometry(s: Scenario, place: np.ndarray) -> Geometry:
    drops, (aps, axes) = len(place), s.aps_m
    radius, turn = s.user_radius_m * np.sqrt(place[..., 0]), 2 * np.pi * place[..., 1]
    return Geometry(
        ap_positions_m=np.tile(aps, (drops, 1, 1)),
        ap_axes=np.tile(axes, (drops, 1, 1)),
        user_positions_m=np.stack([radius * np.cos(turn), radius * np.sin(turn)], axis=-1),
        target_m=squeezed(s, np.tile(s.targets_m, (drops, 1, 1))),
    )


def _raw(keys: jax.Array, aps: int, users: int, paths: int) -> tuple[np.ndarray, ...]:
    """Places (users, 2) in [0, 1); CN(0, 1) gains and angles in [0, pi] of all links; offsets in [-1/2, 1/2]."""
    a, b, c, d, e, f, g = draws.split(keys, 7)
    up, link = (users, aps, paths), (aps, aps, paths)
    return (
        draws.uniform(a, (users, 2)), draws.complex_normal(b, up), draws.uniform(c, up, high=np.pi),
        draws.complex_normal(d, link), draws.uniform(e, link, high=np.pi), draws.uniform(f, link, high=np.pi),
        draws.uniform(g, (aps,), -0.5, 0.5),
    )  # fmt: skip


def _gain(axes: str, alone: str = "") -> Input:
    """Path amplitudes relative to the noise, as received: y = H x, without conjugation."""
    return Input(axes, "amplitude", "1/sqrt(W)", alone=alone)


def _cosine(axes: str, alone: str = "") -> Input:
    """Cosines of paths; of antennas in a plane the two parts of their unit vectors."""
    return Input(f"{axes} xy", "real", alone=f"{alone} xy".strip())


INPUTS = {
    "uplink_gain": _gain("drops subcarriers users aps paths", alone="subcarriers"),
    "uplink_cosine": _cosine("drops users aps paths"),
    "direct_gain": _gain("drops subcarriers aps aps paths", alone="subcarriers"),
    "direct_rx_cosine": _cosine("drops aps aps paths"),
    "direct_tx_cosine": _cosine("drops aps aps paths"),
    "echo_gain": _gain("drops subcarriers targets aps aps", alone="subcarriers targets"),
    "target_cosine": _cosine("drops targets aps", alone="targets"),
}
"""Arrays that a user may bring; any number of paths per kind of link; with one target no axis of targets, with one
subcarrier none of subcarriers, on a line no axis ``xy``."""


@guarded(Scenario)
def known(scenario: Scenario, **arrays: ArrayLike) -> Known:
    """Paths that a user brings. Raises ValueError naming what is missing or wrong."""
    missing = [name for name in INPUTS if name not in arrays]
    require(not missing, ", ".join(missing), "be given", "nothing")
    given: dict[str, Any] = {name: plain_array(arrays[name], name) for name in INPUTS}
    return checked(scenario, Known(**given))


def checked(s: Scenario, known: Known) -> Known:
    """Paths as arrays with a drops axis, validated.

    Raises: ValueError naming the array that is not finite, has a wrong shape, or holds a cosine beyond one.
    """
    known = known_of(known, Known)
    values, sizes = {}, {"aps": s.aps, "users": s.users, "targets": s.targets, "xy": s.xy}
    sizes["subcarriers"] = s.subcarriers
    for name, given in INPUTS.items():
        kind, array = given.sized(sizes), plain_array(getattr(known, name), name)
        array = array[None] if array.ndim == len(kind.axes.split()) - 1 else array
        values[name] = as_array(array, name, kind.axes, kind.dtype, **sizes)
        if kind.kind == "real":
            size = np.linalg.norm(values[name], axis=-1) if s.planar else np.abs(values[name])
            most = float(size.max(initial=0))
            require(most <= 1 + 1e-12, name, "hold cosines, at most 1 in modulus", f"{most:.6g}")
    drops = len(values["echo_gain"])
    for name, array in values.items():
        require(len(array) == drops, name, f"have {drops} drops like echo_gain", len(array))
    for gain, names in (("uplink_gain", ["uplink_cosine"]), ("direct_gain", ["direct_rx_cosine", "direct_tx_cosine"])):
        for name in names:
            shape = (drops, *values[gain].shape[-3:]) + (2,) * s.planar
            require(values[name].shape == shape, name, f"have shape {shape} like {gain}", values[name].shape)
    drop = np.arange(drops) if known.drop is None else np.atleast_1d(known.drop)
    require(drop.shape == (drops,), "drop", f"have shape {(drops,)}", drop.shape)
    sight = np.tile(s.sight, (drops, 1, 1, 1)) if s.metric == "position" else np.zeros((drops, 0))
    return Known(**values, geometry=_checked_geometry(known.geometry), drop=drop, sight=sight)


def _checked_geometry(geometry: Geometry | None) -> Geometry | None:
    if geometry is None:
        return None
    return Geometry(*(numbers(getattr(geometry, f.name), f.name) for f in fields(Geometry)))
