"""Exact minimum of a ratio of quadratics over a ball: Dinkelbach outside, trust region inside. NumPy, lanes at once.

    min over ||d|| <= r   ||W^H (h+d)||^2 / ( ||A^H (h+d)||^2 + ||E^H d||^2 + noise )

The least SINR of a receiver whose channel is h + d: W the beams it wants, A those that disturb it, E those it cancels
but for d. Beams, not their covariances: where zero forcing leaves little of ||A||^2 ||h||^2, a quadratic form of the
covariance is rounding, negative as often as not, while the square of an amplitude is what little there is.
"""

from typing import NamedTuple

import numpy as np

from beamwright.optim.ending import Ending
from beamwright.optim.trust_region import minimise_quadratic_over_ball

_MAX_STEPS = 60
_STATIONARY = 1e-14
_EPS = float(np.finfo(float).eps)


class Ratio(NamedTuple):
    """One problem per lane; matrices are factors F of covariances F F^H, e.g. beams as columns."""

    channel: np.ndarray
    """h (lanes, n)."""
    wanted: np.ndarray
    """W (lanes, n, columns), any number of columns, like A and E."""
    after: np.ndarray
    """A (lanes, n, columns)."""
    before: np.ndarray
    """E (lanes, n, columns)."""
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

    Where the radius reaches the length of the channel, d = -h leaves nothing of it, and the least ratio is zero.

    Source: Dinkelbach (1967); every inner minimum by ``minimise_quadratic_over_ball``; spec noma_isac, A6.
    """
    within = ratio.radius >= np.linalg.norm(ratio.channel, axis=-1)
    point = np.where(within[:, None], -ratio.channel, np.zeros(ratio.channel.shape, complex))
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
    wanted, after, before = (_gram(factor) for factor in (lanes.wanted, lanes.after, lanes.before))
    inner = wanted - scale * after
    linear = _apply(lanes.wanted, _apply(_adjoint(lanes.wanted), lanes.channel))
    linear = linear - g[:, None] * _apply(lanes.after, _apply(_adjoint(lanes.after), lanes.channel))
    trust = minimise_quadratic_over_ball(inner - scale * before, linear, lanes.radius)
    signal, disturbance = _power(lanes.wanted, lanes.channel), _power(lanes.after, lanes.channel) + lanes.noise
    lowest = np.minimum(trust.bound + signal - g * disturbance - _rounding(lanes, g, signal, disturbance), 0)
    return trust.x, np.maximum(g + lowest / lanes.noise, 0)


def _rounding(lanes: Ratio, g: np.ndarray, signal: np.ndarray, disturbance: np.ndarray) -> np.ndarray:
    """Bound on the rounding errors of num - g den that its data bring along, (lanes,).

    With e = 2 eps (n + columns), amplitudes F^H h err by e ||F|| ||h||, the linear term of d by e ||F||^2 ||h||, the
    quadratic one by e ||F||^2.
    """
    e = 2 * _EPS * (lanes.channel.shape[-1] + max(f.shape[-1] for f in (lanes.wanted, lanes.after, lanes.before)))
    length = np.linalg.norm(lanes.channel, axis=-1)
    wanted, after, before = (np.linalg.norm(f, axis=(-2, -1)) for f in (lanes.wanted, lanes.after, lanes.before))
    amplitude = wanted * np.sqrt(signal) + g * after * np.sqrt(disturbance)
    both = wanted**2 + g * after**2
    ball = lanes.radius * (2 * length * both + lanes.radius * (both + g * before**2))
    return e * (length * amplitude + g * lanes.noise + ball + e * length**2 * both)


def _ratio(lanes: Ratio, d: np.ndarray) -> np.ndarray:
    received = lanes.channel + d
    return _power(lanes.wanted, received) / (_power(lanes.after, received) + _power(lanes.before, d) + lanes.noise)


def _power(factor: np.ndarray, vector: np.ndarray) -> np.ndarray:
    """Squared length ||F^H v||^2, (lanes,)."""
    amplitude = _apply(_adjoint(factor), vector)
    return np.sum(amplitude.real**2 + amplitude.imag**2, axis=-1)


def _gram(factor: np.ndarray) -> np.ndarray:
    return factor @ _adjoint(factor)


def _adjoint(matrix: np.ndarray) -> np.ndarray:
    return np.conj(np.swapaxes(matrix, -1, -2))


def _apply(matrix: np.ndarray, vector: np.ndarray) -> np.ndarray:
    return (matrix @ vector[..., None])[..., 0]
