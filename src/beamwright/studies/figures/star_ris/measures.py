"""Measurements on a surface: by the closed-form moments, never by a search's own report."""

import jax
import numpy as np
from scipy.stats import spearmanr

from beamwright.core import draws
from beamwright.systems import star_ris as sr
from beamwright.systems.star_ris.physics import model
from beamwright.systems.star_ris.scene import USER_HEIGHT_M

Measured = dict[str, np.ndarray]


def rates(scenario: sr.Scenario, realisation: sr.Realisation, design: sr.Design, keys: jax.Array) -> Measured:
    """Rates with the precoder of the final surface, interference, and how the search ended."""
    card = sr.evaluate(scenario, realisation, design)
    noise_w = realisation.known.noise_power_w
    return {
        "sum_rate": card.sum_rate,
        "min_rate": card.min_rate,
        "interference_db": 10 * np.log10(np.maximum(card.interference_w / noise_w, 1e-30)),
        "iterations": design.iterations.astype(float),
        "bound_gap": design.certificate.gap,
    }


def moments(
    scenario: sr.Scenario, realisation: sr.Realisation, design: sr.Design, keys: jax.Array, samples: int
) -> Measured:
    """Closed forms against draws: the entry of E|F_kj|^2 that is farthest off, and the rates' order."""
    known = realisation.known
    drawn = sr.monte_carlo(known, design.u, design.precoder, samples, share=design.share)
    found = sr.moments(known, design.u, design.precoder, design.share)
    off = np.abs(drawn.power - found.power)
    beyond = design.rates - design.share * drawn.ergodic
    return {
        "deviation_percent": 100 * np.max(off / found.power, axis=(1, 2)),
        "deviation_errors": np.max(off / drawn.power_error, axis=(1, 2)),
        "beyond_ergodic_errors": np.max(beyond / drawn.ergodic_error, axis=1),
    }


def convergence(scenario: sr.Scenario, realisation: sr.Realisation, design: sr.Design, keys: jax.Array) -> Measured:
    """State of a search after the iterations it was given, for the precoder of its start."""
    known, nothing = realisation.known, np.full(len(design.u), np.nan)
    if design.goal[0] == sr.Goal.INTERFERENCE:
        steps = np.nan_to_num(np.diff(design.trace, axis=1), nan=-np.inf)
        return {
            "objective": design.objective,
            "above_bound": np.maximum(design.certificate.gap, 1e-16),
            "spent": design.iterations.astype(float),
            "rise": steps.max(axis=1, initial=0.0),
        }
    w = sr.precoder(known, sr.random_surface(scenario, known).u, "rzf", design.share)
    rates = model.rates(known, sr.moments(known, design.u, w, design.share), design.share)
    return {
        "objective": rates.sum(axis=-1), "above_bound": nothing, "spent": design.iterations.astype(float),
        "rise": nothing,
    }  # fmt: skip


def as_printed(
    scenario: sr.Scenario, realisation: sr.Realisation, design: sr.Design, keys: jax.Array, surfaces: int
) -> Measured:
    """The source's objective and gradient beside the true interference, for the fixed precoder of the design."""
    known, w = realisation.known, design.precoder
    shape = (surfaces, *design.u.shape[1:])
    theta = 2 * np.pi * np.moveaxis(draws.uniform(keys, shape), 1, 0)
    printed = np.stack([sr.printed_objective(realisation, t) for t in theta])
    truth = np.stack([_interference(known, np.abs(design.u) * np.exp(1j * t), w) for t in theta])
    source, ours = sr.printed(scenario, realisation), sr.minimise_interference(scenario, known)
    start = _interference(known, sr.random_surface(scenario, known).u, source.design_precoder)
    return {
        "mean_ratio": _mean_ratio(realisation, np.angle(design.u)),
        "rank_correlation": np.array([spearmanr(*pair).statistic for pair in zip(printed.T, truth.T, strict=True)]),
        "descends": np.mean([sr.printed_descends(realisation, t) for t in theta], axis=0),
        "printed_interference": _interference(known, source.u, source.design_precoder) / start,
        "true_interference": _interference(known, ours.u, ours.design_precoder) / start,
    }


def _interference(known: sr.Statistics, u: np.ndarray, precoder: np.ndarray) -> np.ndarray:
    return model.interference_w(sr.moments(known, u, precoder))


def _mean_ratio(realisation: sr.Realisation, theta: np.ndarray) -> np.ndarray:
    """Median over users of |printed mean| over |true mean|, unit amplitudes, one stream of ones."""
    known = realisation.known
    ones = np.ones((len(theta), known.direct_mean.shape[-1], known.side.shape[1]))
    true = sr.moments(known, np.exp(1j * theta), ones).mean[..., 0]
    return np.median(np.abs(sr.printed_means(realisation, theta)) / np.abs(true), axis=-1)


def power_map(
    scenario: sr.Scenario, realisation: sr.Realisation, design: sr.Design, keys: jax.Array, step_m: float
) -> Measured:
    """Received power of all streams over a grid around the surface, and over that of random phases with RZF."""
    drops = len(design.u)
    x, y = (grid.ravel() for grid in np.meshgrid(np.arange(23.0, 57.1, step_m), np.arange(-16.0, 16.1, step_m)))
    places = np.stack([x, y, np.full_like(x, USER_HEIGHT_M)], axis=-1)
    before = sr.random_surface(scenario, realisation.known)
    power, chance = (sr.received_power_w(scenario, realisation, d, places).sum(axis=-1) for d in (design, before))
    return {
        "power_db": 10 * np.log10(power / realisation.known.noise_power_w[:, None]),
        "gain_db": 10 * np.log10(power / chance),
        "x_m": np.tile(x, (drops, 1)),
        "y_m": np.tile(y, (drops, 1)),
        "user_x_m": realisation.user_position_m[..., 0],
        "user_y_m": realisation.user_position_m[..., 1],
        "sum_rate": design.sum_rate,
    }
