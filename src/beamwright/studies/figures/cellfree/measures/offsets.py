"""Measurements of offsets: what finds the worst ones, the way there, and rounds of an alternation."""

import jax
import numpy as np

from beamwright.systems import cellfree as cf

Measured = dict[str, np.ndarray]


def missed(scenario: cf.Scenario, realisation: cf.Realisation, design: cf.Design, keys: jax.Array) -> Measured:
    """Share of the drop from no offsets to the worst ones that other methods do not find."""
    known, r = realisation.known, design.receivers
    proof = design.certificate
    assert proof is not None
    drop = np.maximum(proof.nominal_utility - proof.worst_case_utility, 1e-12)
    variants: dict[str, tuple[str, dict[str, int]]] = {
        "oracle": ("oracle", {}), "vertices": ("vertices", {}), "manifold": ("manifold", {}),
        "starts": ("manifold", {"starts": 4}), "no_duals": ("manifold", {"duals": False}),
        "polished": ("manifold", {"polish": True}),
    }  # fmt: skip
    found = {
        name: cf.worst_case_offset(scenario, known, design, r, method, **options).utility  # type: ignore[arg-type]
        for name, (method, options) in variants.items()
    }
    return {name: np.maximum(value - proof.worst_case_utility, 0) / drop for name, value in found.items()}


def along(
    scenario: cf.Scenario, realisation: cf.Realisation, design: cf.Design, keys: jax.Array, points: int = 41
) -> Measured:
    """Utility on the way from no offsets to the worst ones, and beyond."""
    known, r = realisation.known, design.receivers
    worst = design.worst_offsets_hz
    assert worst is not None
    size = np.maximum(np.ptp(worst, axis=1, keepdims=True), 1e-9)
    reach = np.linspace(0, 2 * scenario.offset_range_hz, points)
    rows = [cf.sinr(scenario, known, design, r, worst / size * hz).utility for hz in reach]
    return {"offset_hz": np.tile(reach, (len(worst), 1)), "utility": np.stack(rows, axis=1)}


def alternation(
    scenario: cf.Scenario, realisation: cf.Realisation, design: cf.Design, keys: jax.Array, last: int = 6
) -> Measured:
    """Round by round, what every design believes and what it is worth; of others level lines to the ``last``."""
    trace, proof = design.trace, design.certificate
    assert trace is not None and proof is not None
    rounds = trace.shape[1] if trace.ndim == 3 else 2
    level = np.repeat(proof.worst_case_utility[:, None], rounds, axis=1)
    believed, true = (trace[..., 0], trace[..., 1]) if trace.ndim == 3 else (level, level)
    return {
        "round": np.tile(np.linspace(0, rounds - 1 if trace.ndim == 3 else last, rounds), (len(level), 1)),
        "believed": believed,
        "true": true,
        "worst": proof.worst_case_utility,
        "best": true.max(axis=1),
        "last_believed": believed[:, -1],
        "least_step": np.diff(true, axis=1).min(axis=1),
    }
