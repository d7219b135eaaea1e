"""Designs without a search: hologram, nulling or matched beams, powers for the estimates (spec dma_noma, section 6)."""

from typing import NamedTuple

import numpy as np

from beamwright.systems.dma_noma.physics import geometry, model
from beamwright.systems.dma_noma.physics.responses import holograms
from beamwright.systems.dma_noma.scene import Known, Scenario

_ROUNDS = 30
"""Rounds of the damped fixed point between powers and interference."""


class ClosedForm(NamedTuple):
    """Responses of the elements, unit beams and powers, as in ``Design``."""

    responses: np.ndarray
    beams: np.ndarray
    powers_w: np.ndarray


def zero_forcing(s: Scenario, known: Known) -> ClosedForm:
    """Hologram of the near users, beams that null each other at them, powers for the estimates."""
    wave = geometry.reference_waves(s, known)
    return _with_powers(s, known, *zero_forcing_point(s, geometry.user_channels(s, known, known.positions_m), wave))


def focusing(s: Scenario, known: Known) -> ClosedForm:
    """Hologram of the near users, every beam matched to its own, powers for the estimates."""
    wave = geometry.reference_waves(s, known)
    return _with_powers(s, known, *focusing_point(s, geometry.user_channels(s, known, known.positions_m), wave))


def zero_forcing_point(s: Scenario, h: np.ndarray, wave: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Responses and unit beams of zero forcing for channels h (drops, users, elements), near users first."""
    near = h[:, : h.shape[1] // 2]
    responses = holograms(s, near, wave)
    return responses, nulling_beams(near, responses, wave)


def focusing_point(s: Scenario, h: np.ndarray, wave: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Responses and unit beams of focusing for channels h (drops, users, elements), near users first."""
    near = h[:, : h.shape[1] // 2]
    responses = holograms(s, near, wave)
    matched = np.conj(np.swapaxes(model.antenna(responses, wave), -1, -2)) @ np.swapaxes(near, -1, -2)
    return responses, unit_columns(matched)


def nulling_beams(h: np.ndarray, responses: np.ndarray, wave: np.ndarray) -> np.ndarray:
    """Unit beams (drops, chains, groups) that null the other users of ``h`` (drops, groups, elements) if they can.

    V = G (G^H G)^+ on the effective channels G = W^H H.
    """
    rows = np.conj(h) @ model.antenna(responses, wave)
    _, exponent = np.frexp(np.abs(rows).max(axis=(-2, -1), keepdims=True))
    rows = rows * 2.0 ** -np.maximum(exponent, -1000)  # a power of two costs no digit; columns are normalised anyway
    return unit_columns(np.linalg.pinv(rows, rcond=1e-9))


def unit_columns(beams: np.ndarray) -> np.ndarray:
    """Columns over their norms; a column of zeros becomes the first unit vector."""
    size = np.linalg.norm(beams, axis=-2, keepdims=True)
    first = np.zeros_like(beams)
    first[..., 0, :] = 1
    return np.where(size > 1e-300, beams / np.where(size > 1e-300, size, 1.0), first)


def minimum_share(s: Scenario, known: Known, far_rates: np.ndarray) -> np.ndarray:
    """Shares of time (drops, 2): every far user gets what it requires where all the time gives ``far_rates``.

    far_rates (drops, groups).
    """
    _, required = known.near_and_far(s.required_rates)
    needed = np.clip((required / np.maximum(far_rates, 1e-12)).max(axis=-1), 0, 1)
    return np.stack([1 - needed, needed], axis=-1)


def _with_powers(s: Scenario, known: Known, responses: np.ndarray, beams: np.ndarray) -> ClosedForm:
    """Powers by the closed form for the estimates, interference and band and all, halfway at a time."""
    places = known.positions_m[:, :, None]
    vectors = [model.transmit_vectors(responses, geometry.reference_waves(s, known, tone), beams) for tone in s.tones]
    group_w = np.full((len(places), s.groups), s.power_w / s.groups)
    for _ in range(_ROUNDS):
        sent = [model.noma_transmissions(s, known, f, group_w) for f in vectors]
        a, b = model.worst_in_band(s, known, places, sent)
        powers_w = np.asarray(model.best_powers(s, known, a, b).x)
        group_w = 0.5 * (group_w + powers_w.sum(axis=-1))
    return ClosedForm(responses, beams, powers_w)
