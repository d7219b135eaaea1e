"""Rounds of searches: how the rate grows with them, and how many are needed."""

from collections.abc import Callable

import jax
import numpy as np

from beamwright.studies.figures.dma_noma.measures.measured import Measured
from beamwright.systems import dma_noma as dn

_METHODS: dict[dn.Access, Callable[..., dn.Design]] = {
    dn.Access.NOMA: dn.maximise_guaranteed_rate,
    dn.Access.TDMA: dn.tdma,
    dn.Access.FDMA: dn.fdma,
}


def convergence(scenario: dn.Scenario, realisation: dn.Realisation, design: dn.Design, keys: jax.Array) -> Measured:
    """Twice the weighted rate (for equal weights the sum rate) after every round, and rounds until it stays there."""
    filled = _filled(2 * design.trace)
    share = filled / filled[:, -1:]
    rounds = np.tile(np.arange(filled.shape[1], dtype=float), (len(filled), 1))
    return {
        "round": rounds,
        "rate": filled,
        "to_95": _rounds_to(share, 0.05),
        "to_98": _rounds_to(share, 0.02),
        "fall": np.maximum(-np.diff(filled, axis=1), 0).max(axis=1),
    }


def _rounds_to(share: np.ndarray, margin: float) -> np.ndarray:
    """Rounds (drops,) after which ``share`` (drops, rounds + 1) stays within a margin of one, above as below."""
    outside = np.abs(share - 1) > margin
    return np.where(outside.any(axis=1), share.shape[1] - outside[:, ::-1].argmax(axis=1), 0).astype(float)


def _filled(trace: np.ndarray) -> np.ndarray:
    """Rows go on with their last number."""
    last = np.maximum.accumulate(np.where(np.isnan(trace), 0, np.arange(trace.shape[1])), axis=1)
    return np.take_along_axis(trace, last, axis=1)


def inner_loops(scenario: dn.Scenario, realisation: dn.Realisation, design: dn.Design, keys: jax.Array) -> Measured:
    """Rounds as of ``convergence``, and how nearly the relaxed beams at the design have rank one."""
    from beamwright.systems.dma_noma.methods.reference import top_share  # an extra

    return {
        **convergence(scenario, realisation, design, keys),
        "top_share": top_share(scenario, realisation.known, design),
    }


def speed(
    scenario: dn.Scenario, realisation: dn.Realisation, design: dn.Design, keys: jax.Array, most: int, steps: int
) -> Measured:
    """Worst rate of a robust, TDMA or FDMA design, and its share of what the method has after ``most`` of ``steps``."""
    method = _METHODS[dn.Access(int(design.access[0]))]
    last = method(scenario, realisation.known, rounds=most, steps=steps).certificate.verified_sum_rate
    return {
        "verified": design.certificate.verified_sum_rate,
        "reached": design.certificate.verified_sum_rate / last,
    }
