"""Headline of a design for people: a row per drop, and a hint where scales do not belong together."""

import numpy as np

from beamwright.core import VALID, Headline, linear_to_db
from beamwright.systems.noma_isac.physics import Design, Scenario

ABSURD_W, ODD = 1e6, (1e-3, 1e12)
"""Power, and SNR per watt, beyond which scales are more likely wrong than meant."""


def headline(scenario: Scenario, design: Design) -> Headline:
    """Rows of the table that a person reads, one per drop."""
    proof = design.certificate
    weakest_db = linear_to_db(np.min(np.nan_to_num(design.sinr, nan=np.inf), axis=(-1, -2), initial=np.inf))
    rows = []
    for drop, status in enumerate(design.status_text):
        row = {
            "drop": drop,
            "status": status,
            "J (W)": design.objective_w[drop],
            "bound (W)": design.bound_w[drop],
            "gap": proof.gap[drop],
            "least SINR (dB)": weakest_db[drop] if np.isfinite(weakest_db[drop]) else np.nan,
            "violation": proof.violation[drop],
            "rank ratio": proof.rank_ratio[drop].max(),
        }
        if scenario.targets:
            row["towards targets (W)"] = design.sensing_power_w[drop]
        if np.isfinite(design.balanced_sinr).any():
            row["balanced SINR (dB)"] = linear_to_db(design.balanced_sinr[drop])
        rows.append(row)
    return rows


def hint(scenario: Scenario, known: np.ndarray, design: Design) -> str:
    """Hint at noise and channels on scales that do not fit, where designs are missing or all of megawatts."""
    per_watt = float(np.median(np.sum(np.abs(known) ** 2, axis=-1) / scenario.noise_vector_w))
    cost = np.where(np.isin(design.status, VALID), design.objective_w, np.inf)
    if bool(np.all(cost > ABSURD_W)) and not ODD[0] <= per_watt <= ODD[1]:
        return (
            f"no drop has a sensible design, and the median |h|^2 / noise_power_w is {per_watt:.2g} per watt: "
            "noise_power_w is a receiver's noise in W (about 1e-13 in 20 MHz) for channels as they are; unit channels "
            "for the default noise come from --normalise"
        )
    return ""
