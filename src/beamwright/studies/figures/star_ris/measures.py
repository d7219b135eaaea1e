"""What is measured on a surface: by the closed-form moments, never by a search's own report."""

from typing import Any

import jax
import numpy as np

from beamwright.systems import star_ris as sr

Measured = dict[str, np.ndarray]


def rates(scenario: sr.Scenario, realisation: Any, design: sr.Design, keys: jax.Array) -> Measured:
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
