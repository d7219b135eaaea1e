"""Measurements of utility: what the parts come to, who is served, and who radiates."""

import jax
import numpy as np

from beamwright.systems import cellfree as cf

Measured = dict[str, np.ndarray]
BLIND = 0.01
"""Radar SINR below which nothing is seen: 0.014 bit/s/Hz."""
LOUD = 0.01
"""Share of its power from which an access point counts as loud."""


def utilities(scenario: cf.Scenario, realisation: cf.Realisation, design: cf.Design, keys: jax.Array) -> Measured:
    """Worst case, no offsets, and what the parts come to at the worst offsets; decibels of radars that see at all."""
    proof = design.certificate
    assert proof is not None
    seen = proof.weakest_radar_sinr
    blind = seen < BLIND
    return {
        "worst": proof.worst_case_utility,
        "nominal": proof.nominal_utility,
        "lost": 1 - proof.worst_case_utility / proof.nominal_utility,
        "users": np.log2(1 + proof.user_sinr).sum(axis=1),
        "sensing": np.log2(1 + seen),
        "radar_db": np.where(blind, np.nan, 10 * np.log10(np.maximum(seen, BLIND))),
        "blind": blind.astype(float),
        "radiated": proof.radiated_w.sum(axis=1),
        "loud": (proof.radiated_w > LOUD * scenario.ap_powers_w).sum(axis=1).astype(float),
    }


def served(scenario: cf.Scenario, realisation: cf.Realisation, design: cf.Design, keys: jax.Array) -> Measured:
    """SINRs in dB at the worst offsets, users from the best to the least, and how many have more than 0 dB."""
    proof = design.certificate
    assert proof is not None
    ordered = 10 * np.log10(np.maximum(np.sort(proof.user_sinr, axis=1)[:, ::-1], 1e-6))
    return {
        "user_db": ordered,
        "place": np.tile(np.arange(1.0, scenario.users + 1), (len(ordered), 1)),
        "served": (proof.user_sinr > 1).sum(axis=1).astype(float),
        "best_db": ordered[:, 0],
        "least_db": ordered[:, -1],
        "users": np.log2(1 + proof.user_sinr).sum(axis=1),
        "sensing": np.log2(1 + proof.weakest_radar_sinr),
    }
