"""Errors of channels over balls of positions, and what is said to bound them."""

from typing import Literal

import jax
import numpy as np

from beamwright.studies.figures.dma_noma.measures.measured import Measured
from beamwright.systems import dma_noma as dn
from beamwright.uncertainty import channel_error, verification_positions

_FAR_REACH = 2001
"""Positions on the lines through the estimate: a channel turns within a millimetre along the line of sight."""


def errors(
    scenario: dn.Scenario,
    realisation: dn.Realisation,
    design: dn.Design,
    keys: jax.Array,
    user: Literal["near", "far"],
) -> Measured:
    """Errors of the first near or far user's channel over the ball, their bounds, and what is printed, over its norm.

    What is scattered is unknown, so its largest norm adds to all that is found and to every bound.
    """
    known = realisation.known
    scenario = scenario.of_kind(int(user == "far"))
    places = (known.near_positions_m if user == "near" else known.far_positions_m)[:, :1]
    points = verification_positions(places, scenario.error_size_m(places), known.numbers, line=_FAR_REACH)
    estimate, h = dn.channels(scenario, places), dn.channels(scenario, points)
    norm = np.linalg.norm(estimate, axis=-1)
    more = scenario.scattering_radius[0]
    found: Measured = {
        "raw": channel_error(h, estimate[:, :, None], "raw").max(axis=-1),
        "raw_bound": dn.csi_error_bound(scenario, places, "raw"),
        "aligned": channel_error(h, estimate[:, :, None], "aligned").max(axis=-1),
        "aligned_bound": dn.csi_error_bound(scenario, places, "aligned"),
        "printed": dn.printed_error_bound(scenario, places),
        "restated": dn.printed_error_bound(scenario, places, restated=True),
        "theorem_2": _theorem(scenario, places, points, scenario.path_loss_exponent / 2),
        "theorem_4": _theorem(scenario, places, points, scenario.path_loss_exponent / 4),
    }
    found = {name: ((value + more) / norm)[:, 0] for name, value in found.items()}
    return found | {
        "violation": np.maximum(*(found[kind] - found[f"{kind}_bound"] for kind in ("raw", "aligned"))),
        "tightness": found["aligned_bound"] / found["aligned"],
        "agreement": found["printed"] / found["raw"],
    }


def _theorem(s: dn.Scenario, estimate: np.ndarray, points: np.ndarray, exponent: float) -> np.ndarray:
    """Largest value (drops, users) over ``points`` (drops, users, count, 3) of what Theorem 1 maximises.

        E^2 = zeta c_L^2 (p^T Y p - 4 pi^4 / (3 lambda^4 N) (p^T O p)^2),      p the error of the position
        Y = sum_n G(alpha)/2 - d_n^(-alpha/2) G(alpha/2) + 4 pi^2/lambda^2 (d_n - r)^-exponent d_n^(-alpha/2) x x^T
        O = sum_n (d_n - r)^(-alpha/4) d_n^(-alpha/4) x x^T,                   x the unit vector from element n

    with G(a) the second derivative of d^-a. The theorem prints the exponent alpha/4 in Y; its own proof has alpha/2,
    as the units need. The sign of the second term is the proof's: the theorem itself has a plus.
    """
    alpha, wavelength, r = s.path_loss_exponent, s.wavelength_m, float(np.max(s.position_error_m))
    away = estimate[..., None, :] - dn.element_positions(s)
    d = np.linalg.norm(away, axis=-1)[..., None, None]
    along = away[..., :, None] * away[..., None, :] / d**2

    def second(a: float) -> np.ndarray:
        return a * (a + 2) * d ** (-a - 2) * along - a * d ** (-a - 2) * np.eye(3)

    turn = 4 * np.pi**2 / wavelength**2 * (d - r) ** -exponent * d ** (-alpha / 2) * along
    first = (second(alpha) / 2 - d ** (-alpha / 2) * second(alpha / 2) + turn).sum(axis=-3)
    fourth = ((d - r) ** (-alpha / 4) * d ** (-alpha / 4) * along).sum(axis=-3)
    p = points - estimate[..., None, :]
    quadratic = (np.einsum("dupi,duij,dupj->dup", p, form, p, optimize=True) for form in (first, fourth))
    value, square = quadratic
    value = value - 4 * np.pi**4 / (3 * wavelength**4 * s.elements) * square**2
    gain = s.line_of_sight[0] ** 2 * 10 ** (s.reference_gain_db / 10)
    return np.sqrt(gain * np.maximum(value.max(axis=-1), 0))
