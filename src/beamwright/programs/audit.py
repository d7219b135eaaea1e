"""Beams of a program judged from the data alone: every condition by name, the worst channel of every ball. NumPy."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from beamwright.optim import TrustRegion, minimise_quadratic_over_ball
from beamwright.programs.conditions import Condition
from beamwright.programs.expressions import Combination, Covariance, Expression, Scalar
from beamwright.programs.layout import matrices
from beamwright.programs.robust import Ball, Robust


class Point(NamedTuple):
    """Values of all variables, drops first."""

    covariances: Mapping[Covariance, np.ndarray]
    """Factors V (drops, antennas, columns) with W = V V^H: the beam, or a root of the covariance."""
    scalars: Mapping[Scalar, np.ndarray]
    """(drops,)."""


def factor(value: np.ndarray) -> np.ndarray:
    """V with W = V V^H of beams (drops, antennas), or of covariances (drops, antennas, antennas) cut at zero."""
    if value.ndim == 2:
        return value[..., None]
    finite = np.isfinite(value).all(axis=(1, 2), keepdims=True)
    values, vectors = np.linalg.eigh(np.where(finite, (value + np.conj(np.swapaxes(value, -1, -2))) / 2, 0))
    return np.where(finite, vectors * np.sqrt(np.maximum(values, 0))[:, None, :], np.nan)


def evaluate(e: Expression, point: Point) -> tuple[np.ndarray, np.ndarray]:
    """Values (drops, entries) of an expression, and the sums of the sizes of their terms."""
    value = e.constant.astype(complex)
    size = np.abs(e.constant)
    for v, form in e.forms.items():
        x = point.covariances[v]
        part = np.einsum(
            "dik,deij,djk->de", np.conj(x), np.broadcast_to(form, (len(x), *form.shape[1:])), x, optimize=True
        )
        value, size = value + part, size + np.abs(part)
    for v, traces in e.traces.items():
        part = traces * np.sum(np.abs(point.covariances[v]) ** 2, axis=(1, 2))[:, None]
        value, size = value + part, size + np.abs(part)
    for s, coefficients in e.scalars.items():
        part = coefficients * point.scalars[s][:, None]
        value, size = value + part, size + np.abs(part)
    return (value.real if e.real else value), size


def covariance(combination: Combination, point: Point) -> np.ndarray:
    """Matrix Phi (drops, antennas, antennas) of a combination."""
    parts = [point.covariances[v] for v in combination.weights]
    return sum(
        c[:, None, None] * (x @ np.conj(np.swapaxes(x, -1, -2)))
        for c, x in zip(combination.weights.values(), parts, strict=True)
    )  # type: ignore[return-value]


def violation(condition: Condition, point: Point) -> np.ndarray:
    """Shortfall of a condition relative to the size of its terms, (drops,); zero or less where it is met."""
    if condition.kind == "ball":
        value, size = worst(condition.inside, point)
        return _relative(-value, size)
    if condition.kind == "norm":
        bound, size = evaluate(condition.inside.bound, point)
        entries = [evaluate(e, point) for e in condition.inside.entries]
        length = np.linalg.norm(np.concatenate(np.broadcast_arrays(*(v for v, _ in entries)), axis=1), axis=1)
        sizes = np.concatenate(np.broadcast_arrays(*(v for _, v in entries)), axis=1)
        return _relative(length - bound[:, 0], size[:, 0] + np.linalg.norm(sizes, axis=1))
    if condition.kind == "matrix":
        return _negativity(condition.inside.parts, condition.inside.size, point)
    value, size = evaluate(condition.inside, point)
    short = np.abs(value) if condition.kind == "zero" else -value
    return _relative(short, size).max(axis=1)


def worst(robust: Robust, point: Point) -> tuple[np.ndarray, np.ndarray]:
    """Least value over the ball, proven, and the size of its terms at the channel that attains it, (drops,)."""
    phi = covariance(robust.combination, point)
    h, rest = robust.ball.centre, evaluate(robust.rest, point)
    finite = np.isfinite(phi).all(axis=(1, 2), keepdims=True)
    phi = np.where(finite, phi, 0)
    slope = (phi @ h[..., None])[..., 0]
    found, x = _worst_error(phi, slope, robust.ball)
    x = (h + x)[..., None]
    gains = [
        np.abs(c) * np.sum(np.abs(np.conj(np.swapaxes(x, -1, -2)) @ point.covariances[v]) ** 2, axis=(1, 2))
        for v, c in robust.combination.weights.items()
    ]
    centre = np.sum(np.conj(h) * slope, axis=1).real
    value = found.bound + centre + rest[0][:, 0]
    return np.where(finite[:, 0, 0], value, np.nan), np.sum(np.broadcast_arrays(*gains, rest[1][:, 0]), axis=0)


def _worst_error(phi: np.ndarray, slope: np.ndarray, ball: Ball) -> tuple[TrustRegion, np.ndarray]:
    """Least d^H Phi d + 2 Re(slope^H d) over the errors d = S z of a set, in z, and its minimiser d."""
    if ball.axes is None:
        found = minimise_quadratic_over_ball(phi, slope, ball.radius)
        return found, found.x
    s = ball.axes
    turned = np.conj(np.swapaxes(s, -1, -2))
    found = minimise_quadratic_over_ball(turned @ phi @ s, (turned @ slope[..., None])[..., 0], ball.radius)
    return found, (s @ found.x[..., None])[..., 0]


def _negativity(parts: Sequence[Expression], size: int, point: Point) -> np.ndarray:
    """-lmin of a Hermitian matrix whose rows and columns are scaled to a unit diagonal, by the sizes of its terms."""
    values = [evaluate(e, point) for e in parts]
    x = np.concatenate(np.broadcast_arrays(*(v for v, _ in values)), axis=1)
    sizes = np.concatenate(np.broadcast_arrays(*(v for _, v in values)), axis=1).reshape(-1, size, size)
    diagonal = np.sqrt(np.diagonal(sizes, axis1=1, axis2=2))
    by = 1 / np.where(diagonal > 0, diagonal, 1)
    scaled = matrices(x) * by[:, :, None] * by[:, None, :]
    finite = np.all(np.isfinite(scaled), axis=(1, 2), keepdims=True)
    least = np.linalg.eigvalsh(np.where(finite, scaled, 0))[:, 0]
    return np.where(finite[:, 0, 0], -least, np.nan)


def _relative(short: np.ndarray, size: np.ndarray) -> np.ndarray:
    """Shortfall over size; NaN stays, zero where both are zero."""
    return short / np.where(size > 0, size, 1)
