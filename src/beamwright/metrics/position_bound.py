"""Cramer-Rao bound of a target's position from echoes (spec cellfree, section 8).

A link from b to a, on the resource element of subcarrier k and symbol s, at antenna m, has the mean

    rho_ab exp(j 2 pi r_m c_a(p)) exp(-j 2 pi k D tau_ab(p)) exp(j 2 pi s T f_ab)

in noise of power one, with rho_ab unknown. All moduli are |rho_ab|, so only phases inform: with psi the derivative of
the phase by position and offset, J = 2 |rho|^2 sum (psi - mean psi)(psi - mean psi)^T is what is left once the link's
own phase is eliminated. Offsets are known, consistent (f_ab = f_b - f_a), or free for every pair.
"""

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from beamwright.core import SPEED_OF_LIGHT, as_array, require

Offsets = Literal["known", "consistent", "free"]
IDENTIFIABLE = 1e-10
"""Information along a direction that is less than this share of what there is with known offsets counts as none."""


class ResourceGrid(NamedTuple):
    """The resource elements that are used: index lists of the same length."""

    subcarriers: np.ndarray
    symbols: np.ndarray
    subcarrier_spacing_hz: float
    symbol_time_s: float

    @classmethod
    def full(
        cls, subcarriers: int, symbols: int, spacing_hz: float = 30e3, symbol_time_s: float = 35.7e-6
    ) -> "ResourceGrid":
        """Every pair of a subcarrier and a symbol."""
        k, s = np.meshgrid(np.arange(subcarriers), np.arange(symbols), indexing="ij")
        return cls(k.ravel(), s.ravel(), spacing_hz, symbol_time_s)

    @classmethod
    def diagonal(cls, count: int, spacing_hz: float = 30e3, symbol_time_s: float = 35.7e-6) -> "ResourceGrid":
        """One index for both, as the source prints it: delay and offset cannot be told apart on a link."""
        return cls(np.arange(count), np.arange(count), spacing_hz, symbol_time_s)


class PositionBound(NamedTuple):
    """Position bound of one geometry or a batch of targets."""

    bound_m: np.ndarray
    """(...) root of the trace of the covariance bound; inf where unidentifiable."""
    covariance_m2: np.ndarray
    """(..., 2, 2) no unbiased estimate has less; inf where unidentifiable."""
    identifiable: np.ndarray
    """(...) whether the data determine the position at all."""


def position_bound(
    ap_positions_m: ArrayLike,
    ap_axes: ArrayLike,
    target_m: ArrayLike,
    rx_positions: ArrayLike,
    resource_grid: ResourceGrid,
    snr: ArrayLike,
    wavelength_m: float,
    offsets: Offsets = "consistent",
) -> PositionBound:
    """Bound on the position of a target from monostatic and bistatic echoes.

    Args:    ap_positions_m, ap_axes (aps, 2) with unit axes; target_m (..., 2); rx_positions (aps, antennas) in
             wavelengths along the axes, or (aps, antennas, xy) along them and to their left; snr |rho_ab|^2 per
             element and antenna over the noise, (aps, aps) or a number; offsets ``known``, ``consistent`` or ``free``:
             the bound never falls in this order.
    Raises:  ValueError naming the argument.
    """
    require(offsets in ("known", "consistent", "free"), "offsets", "be 'known', 'consistent' or 'free'", repr(offsets))
    require(wavelength_m > 0, "wavelength_m", "be > 0", wavelength_m)
    aps = as_array(ap_positions_m, "ap_positions_m", "aps xy", xy=2)
    count = len(aps)
    axes = as_array(ap_axes, "ap_axes", "aps xy", aps=count, xy=2)
    planar = np.ndim(rx_positions) == 3
    rx = as_array(rx_positions, "rx_positions", "aps antennas xy" if planar else "aps antennas", aps=count, xy=2)
    power = np.broadcast_to(np.asarray(snr, float), (count, count))
    require(bool(np.all(power >= 0)) and bool(np.isfinite(power).all()), "snr", "be finite and >= 0", snr)
    target = np.asarray(target_m, float)
    require(target.shape[-1:] == (2,), "target_m", "have axes (... xy)", target.shape)
    flat = target.reshape(-1, 2)
    grid = [np.asarray(a, float) for a in resource_grid[:2]]
    require(grid[0].ndim == 1 and grid[0].shape == grid[1].shape and len(grid[0]) > 0, "resource_grid",
            "hold two lists of the same length", [a.shape for a in grid])  # fmt: skip
    information = np.stack([_information(aps, axes, p, rx, resource_grid, power, wavelength_m) for p in flat])
    known = information[..., :2, :2].sum(axis=(1, 2))
    left = known - _lost(information, offsets)
    values = np.linalg.eigvalsh(left)
    good = values[:, 0] > IDENTIFIABLE * np.maximum(np.linalg.eigvalsh(known)[:, -1], 1e-300)
    covariance = np.full(left.shape, np.inf)
    covariance[good] = np.linalg.inv(left[good])
    trace = np.where(good, np.trace(np.where(good[:, None, None], covariance, 0.0), axis1=1, axis2=2), np.inf)
    shape = target.shape[:-1]
    return PositionBound(np.sqrt(trace).reshape(shape), covariance.reshape(*shape, 2, 2), good.reshape(shape))


def _information(
    aps: np.ndarray, axes: np.ndarray, p: np.ndarray, rx: np.ndarray, grid: ResourceGrid, power: np.ndarray,
    wavelength_m: float,
) -> np.ndarray:  # fmt: skip
    """(aps a, aps b, 3, 3) of every link, in (x, y, f_ab), its own phase eliminated."""
    away = p - aps
    distance = np.maximum(np.linalg.norm(away, axis=-1), 1e-9)
    unit = away / distance[:, None]
    cosine = np.sum(unit * axes, axis=-1)
    turn = (axes - cosine[:, None] * unit) / distance[:, None]  # d c_a / d p
    delay = (unit[:, None] + unit[None]) / SPEED_OF_LIGHT  # d tau_ab / d p
    k = np.asarray(grid.subcarriers, float) * grid.subcarrier_spacing_hz
    s = np.asarray(grid.symbols, float) * grid.symbol_time_s
    # phases are sums of a part by antenna and a part by element, so their covariance is too
    spread, elements, antennas = np.cov(np.stack([k, s]), bias=True), len(k), rx.shape[1]
    if rx.ndim == 3:
        by_angle = _by_angle_in_plane(unit, axes, distance, rx)
    else:
        by_angle = np.var(rx, axis=1)[:, None, None] * turn[:, :, None] * turn[:, None, :]
    rows = np.zeros((*delay.shape[:2], 2, 3))  # of (k, s) against (x, y, f)
    rows[..., 0, :2] = -delay
    rows[..., 1, 2] = 1.0
    found = np.einsum("abki,kl,ablj->abij", rows, spread, rows)
    found[..., :2, :2] += by_angle[:, None]
    return 2 * power[..., None, None] * elements * antennas * (2 * np.pi) ** 2 * found


def _by_angle_in_plane(unit: np.ndarray, axes: np.ndarray, distance: np.ndarray, rx: np.ndarray) -> np.ndarray:
    """(aps, 2, 2) what the antennas' phases tell: their spread across the line of sight, over the distance."""
    left, across = (np.stack([-v[:, 1], v[:, 0]], axis=-1) for v in (axes, unit))
    places = rx[..., 0, None] * axes[:, None] + rx[..., 1, None] * left[:, None]
    spread = np.var(np.sum(places * across[:, None], axis=-1), axis=1)
    return (spread / distance**2)[:, None, None] * across[:, :, None] * across[:, None, :]


def _lost(information: np.ndarray, offsets: Offsets) -> np.ndarray:
    """(targets, 2, 2) information about the position that unknown offsets cost."""
    targets, count = information.shape[:2]
    if offsets == "known" or count == 1:
        return np.zeros((targets, 2, 2))
    pairs = [(a, b) for a in range(count) for b in range(count) if a != b]
    if offsets == "free":
        cross, own = information[..., :2, 2], information[..., 2, 2]
        lost = [np.einsum("ti,tj->tij", cross[:, a, b], cross[:, a, b])
                / np.where(own[:, a, b] > 0, own[:, a, b], 1.0)[:, None, None] for a, b in pairs]  # fmt: skip
        return np.sum(lost, axis=0)
    design = np.zeros((len(pairs), count))  # f_ab = f_b - f_a, one of them the reference
    for row, (a, b) in enumerate(pairs):
        design[row, a], design[row, b] = -1.0, 1.0
    design = design[:, 1:]
    rows, columns = zip(*pairs, strict=True)
    links = information[:, rows, columns]
    cross = links[..., :2, 2].swapaxes(1, 2) @ design
    own = np.einsum("tp,pi,pj->tij", links[..., 2, 2], design, design)
    scale = np.maximum(np.trace(own, axis1=1, axis2=2), 1e-300)[:, None, None]
    return cross @ np.linalg.pinv(own / scale, rcond=1e-12, hermitian=True) / scale @ cross.swapaxes(1, 2)
