"""Exact minimum of a ratio of quadratics over a ball: Dinkelbach outside, trust region inside. NumPy, lanes at once.

    min over ||d|| <= r   (h+d)^H W (h+d) / ( (h+d)^H A (h+d) + d^H E d + noise )

The least SINR of a receiver whose channel is h + d: W what it wants, A what disturbs it, E what it cancels but for d.
"""

from typing import NamedTuple

import numpy as np

from beamwright.optim.ending import Ending
from beamwright.optim.trust_region import minimise_quadratic_over_ball

_MAX_STEPS = 60
_STATIONARY = 1e-14
_EPS = float(np.finfo(float).eps)


class Ratio(NamedTuple):
    """One problem per lane."""

    channel: np.ndarray
    """h (lanes, n)."""
    wanted: np.ndarray
    """W (lanes, n, n) Hermitian, positive semidefinite, like A and E."""
    after: np.ndarray
    """A (lanes, n, n)."""
    before: np.ndarray
    """E (lanes, n, n)."""
    radius: np.ndarray
    """(lanes,)."""
    noise: np.ndarray
    """(lanes,) > 0."""

    def take(self, lanes: np.ndarray) -> "Ratio":
        """Some lanes."""
        return Ratio(*(part[lanes] for part in self))


class LeastRatio(NamedTuple):
    """Least value of the ratio, the point that attains it, and a proof."""

    x: np.ndarray
    """d (lanes, n)."""
    value: np.ndarray
    """(lanes,) the ratio at ``x``."""
    bound: np.ndarray
    """(lanes,) a value the ratio provably never falls below in the ball, equal to ``value`` to rounding."""
    iterations: np.ndarray
    """(lanes,) trust-region problems solved."""
    ending: np.ndarray
    """(lanes,) ``Ending``: SOLVED, or ITERATIONS; ``bound`` holds all the same."""


def least_ratio_over_ball(ratio: Ratio) -> LeastRatio:
    """While the minimiser d of numerator - g denominator lowers the ratio g, take g = ratio(d).

    Source: Dinkelbach (1967); every inner minimum by ``minimise_quadratic_over_ball``; spec noma_isac, A6.
    """
    point = np.zeros(ratio.channel.shape, complex)
    value = start = _ratio(ratio, point)
    bound, iterations = np.zeros_like(value), np.zeros(len(value), int)
    active = np.arange(len(value))
    for _ in range(_MAX_STEPS):
        part, g = ratio.take(active), value[active]
        there, bound[active] = _attack(part, g)
        iterations[active] += 1
        found = _ratio(part, there)
        better = found < g
        value[active[better]], point[active[better]] = found[better], there[better]
        active = active[g - found > _STATIONARY * (g + _STATIONARY * start[active])]
        if not len(active):
            break
    ending = np.full(len(value), Ending.SOLVED)
    ending[active] = Ending.ITERATIONS
    return LeastRatio(point, value, np.minimum(bound, value), iterations, ending)


def _attack(lanes: Ratio, g: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """argmin_d num - g den over the ball, and what its dual value proves: num/den >= g + min(num - g den)/noise."""
    scale = g[:, None, None]
    inner = lanes.wanted - scale * lanes.after
    linear = _apply(inner, lanes.channel)
    signal = _form(lanes.wanted, lanes.channel)
    disturbance = g * (_form(lanes.after, lanes.channel) + lanes.noise)
    trust = minimise_quadratic_over_ball(inner - scale * lanes.before, linear, lanes.radius)
    rounding = 8 * lanes.channel.shape[-1] * _EPS * (signal + disturbance)
    lowest = np.minimum(trust.bound + signal - disturbance - rounding, 0)
    return trust.x, np.maximum(g + lowest / lanes.noise, 0)


def _ratio(lanes: Ratio, d: np.ndarray) -> np.ndarray:
    received = lanes.channel + d
    disturbance = _form(lanes.after, received) + _form(lanes.before, d) + lanes.noise
    return np.maximum(_form(lanes.wanted, received), 0) / disturbance


def _form(matrix: np.ndarray, vector: np.ndarray) -> np.ndarray:
    return np.sum(np.conj(vector) * _apply(matrix, vector), axis=-1).real


def _apply(matrix: np.ndarray, vector: np.ndarray) -> np.ndarray:
    return (matrix @ vector[..., None])[..., 0]
