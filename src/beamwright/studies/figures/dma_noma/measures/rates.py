"""Rates of a design: worst and mean ones, round after round, and what balls of channels promise of it."""

import jax
import numpy as np

from beamwright.studies.figures.dma_noma.measures.measured import Measured
from beamwright.systems import dma_noma as dn
from beamwright.uncertainty import sample_position_ball


def rates(
    scenario: dn.Scenario, realisation: dn.Realisation, design: dn.Design, keys: jax.Array, samples: int = 50
) -> Measured:
    """Worst and mean sum rates over the balls, and over errors along one line only."""
    known, proof = realisation.known, design.certificate
    lines = {
        name: dn.verify_rate(scenario, known, design, directions=name).sum_rate  # type: ignore[arg-type]
        for name in ("radial", "tangential")
    }
    draws = [jax.vmap(lambda key, i=i: jax.random.fold_in(key, i))(keys) for i in range(samples)]
    places = [sample_position_ball(known.positions_m, scenario.position_error_m, one) for one in draws]
    mean = np.mean([dn.evaluate(scenario, dn.Realisation(known, place), design).sum_rate for place in places], axis=0)
    return {
        "verified": proof.verified_sum_rate,
        "guaranteed": proof.guaranteed_sum_rate,
        "gap": proof.guaranteed_sum_rate - proof.verified_sum_rate,
        "mean": mean,
        **lines,
    }


def convergence(scenario: dn.Scenario, realisation: dn.Realisation, design: dn.Design, keys: jax.Array) -> Measured:
    """Twice the weighted rate (the sum rate for equal weights) after every round, and rounds to shares of the last."""
    filled = _filled(2 * design.trace)
    share = filled / filled[:, -1:]
    rounds = np.tile(np.arange(filled.shape[1], dtype=float), (len(filled), 1))
    return {
        "round": rounds,
        "rate": filled,
        "to_95": np.argmax(share >= 0.95, axis=1).astype(float),
        "to_98": np.argmax(share >= 0.98, axis=1).astype(float),
        "fall": np.maximum(-np.diff(filled, axis=1), 0).max(axis=1),
    }


def _filled(trace: np.ndarray) -> np.ndarray:
    """Rows go on with their last number."""
    last = np.maximum.accumulate(np.where(np.isnan(trace), 0, np.arange(trace.shape[1])), axis=1)
    return np.take_along_axis(trace, last, axis=1)


def sets(scenario: dn.Scenario, realisation: dn.Realisation, design: dn.Design, keys: jax.Array) -> Measured:
    """Rates that balls of channels and balls of positions promise for a design, and the true ones."""
    known = realisation.known
    aligned, raw = (
        dn.ball_sinr(scenario, known, design, dn.channel_radii(scenario, known, kind)).sum_rate  # type: ignore[arg-type]
        for kind in ("aligned", "raw")
    )
    proof = design.certificate
    return {
        "positions": proof.guaranteed_sum_rate, "aligned": aligned, "raw": raw, "verified": proof.verified_sum_rate,
        "excess": aligned - proof.verified_sum_rate,
    }  # fmt: skip
