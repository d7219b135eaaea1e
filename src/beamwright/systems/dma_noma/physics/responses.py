"""Responses of elements, as functions of what is set at them, and how far they are from any (spec dma_noma, section 2).

amplitude   m = x in [0, 1]        lorentzian   m = (j + exp(j x)) / 2
"""

from typing import Literal

import numpy as np

from beamwright.arrays import hologram, lorentzian, phase_hologram
from beamwright.numerics import Values, namespace
from beamwright.systems.dma_noma.scene import Scenario
from beamwright.systems.dma_noma.types import Design

Law = Literal["amplitude", "lorentzian"]
"""How a response depends on what is set, an amplitude or an angle."""


def law_of(s: Scenario, design: Design | None = None) -> Law:
    """Law of a scenario's elements, or of a design's, which may have a chain for each."""
    return "amplitude" if design is not None and design.digital.any() else s.element_weights


def parts_of(law: Law, settings: Values) -> tuple[Values, ...]:
    """Real and imaginary part of responses, the real one alone where it is all; for arrays of NumPy and JAX."""
    if law == "amplitude":
        return (settings,)
    xp = namespace(settings)
    return xp.cos(settings) / 2, (1 + xp.sin(settings)) / 2


def settings_of(law: Law, parts: Values) -> Values:
    """What is set where responses have these parts (parts, ...): amplitudes or angles."""
    return parts[0] if law == "amplitude" else namespace(parts).arctan2(2 * parts[1] - 1, 2 * parts[0])


def as_parts(responses: np.ndarray, axis: int) -> np.ndarray:
    """Real and imaginary part along a new axis, the real one alone of real numbers."""
    parts = (responses.real, responses.imag) if np.iscomplexobj(responses) else (responses,)
    return np.stack(parts, axis=axis)


def from_parts(parts: tuple[np.ndarray, ...]) -> np.ndarray:
    """Numbers with these parts."""
    return parts[0] if len(parts) == 1 else parts[0] + 1j * parts[1]


def holograms(s: Scenario, h: np.ndarray, wave: np.ndarray) -> np.ndarray:
    """Responses (drops, elements) that turn Q (drops, elements, chains) towards channels h (drops, users, elements).

    Amplitudes of the hologram, or the Lorentzian responses that reach farthest along its phases.
    """
    pairs = zip(h, wave, strict=True)
    if law_of(s) == "amplitude":
        return np.stack([hologram(channels, q) for channels, q in pairs])
    return lorentzian(np.stack([phase_hologram(channels, q) for channels, q in pairs]))


def impossible(law: Law, responses: np.ndarray) -> np.ndarray:
    """Distance of responses from what elements can do, entry by entry."""
    if law == "amplitude":
        return np.maximum(np.abs(responses.imag), np.maximum(-responses.real, responses.real - 1))
    return np.abs(np.abs(responses - 0.5j) - 0.5)
