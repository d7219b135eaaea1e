"""Errors of channels over balls of positions, and what is said to bound them."""

import jax
import numpy as np

from beamwright.studies.figures.dma_noma.measures.measured import Measured
from beamwright.systems import dma_noma as dn
from beamwright.uncertainty import channel_error, verification_positions


def errors(scenario: dn.Scenario, realisation: dn.Realisation, design: dn.Design, keys: jax.Array) -> Measured:
    """Errors of the first near and far user's channel over the ball, their bounds, and what is printed, over norms."""
    known = realisation.known
    places = np.stack([known.near_positions_m[:, 0], known.far_positions_m[:, 0]], axis=1)
    points = verification_positions(places, scenario.position_error_m, known.numbers, line=2001)
    estimate, h = dn.channels(scenario, places), dn.channels(scenario, points)
    norm = np.linalg.norm(estimate, axis=-1)
    found: Measured = {}
    for i, kind in enumerate(("raw", "aligned")):
        truth = channel_error(h, estimate[:, :, None], kind).max(axis=-1) / norm  # type: ignore[arg-type]
        bound = dn.csi_error_bound(scenario, places, kind) / norm  # type: ignore[arg-type]
        for j, user in enumerate(("near", "far")):
            found |= {f"{kind}_{user}": truth[:, j], f"{kind}_bound_{user}": bound[:, j]}
            if i == 0:
                found[f"printed_{user}"] = dn.printed_error_bound(scenario, places)[:, j] / norm[:, j]
                found[f"restated_{user}"] = dn.printed_error_bound(scenario, places, restated=True)[:, j] / norm[:, j]
    found["violation"] = np.max([found[f"{k}_{u}"] - found[f"{k}_bound_{u}"] for k in ("raw", "aligned")
                                 for u in ("near", "far")], axis=0)  # fmt: skip
    found["tightness"] = found["aligned_bound_near"] / found["aligned_near"]
    return found
