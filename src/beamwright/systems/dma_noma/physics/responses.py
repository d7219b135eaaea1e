"""Responses of elements, as functions of what is set at them, and how far they are from any (spec dma_noma, section 2).

amplitude   m = x in [0, 1]        lorentzian   m = (j + exp(j x)) / 2        phase   m = exp(j x)
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from beamwright.arrays import hologram, lorentzian, phase_hologram
from beamwright.numerics import Values, namespace
from beamwright.systems.dma_noma.scene import Scenario
from beamwright.systems.dma_noma.types import Network

Law = Literal["amplitude", "lorentzian", "phase"]
"""How a response depends on what is set, an amplitude or an angle."""


def network_of(s: Scenario) -> Network:
    """What a scenario has between chains and elements."""
    return {"digital": Network.DIGITAL, "phase-shifters": Network.SHIFTERS}.get(s.feeding, Network.SURFACE)


def law_of(s: Scenario, network: Network | None = None) -> Law:
    """Law of a scenario's responses, with a network of its own or another."""
    network = network_of(s) if network is None else network
    if network is Network.SURFACE:
        return s.element_weights
    return "amplitude" if network is Network.DIGITAL else "phase"


def parts_of(law: Law, settings: Values) -> tuple[Values, ...]:
    """Real and imaginary part of responses, the real one alone where it is all; for arrays of NumPy and JAX."""
    if law == "amplitude":
        return (settings,)
    xp = namespace(settings)
    cosine, sine = xp.cos(settings), xp.sin(settings)
    return (cosine, sine) if law == "phase" else (cosine / 2, (1 + sine) / 2)


def settings_of(law: Law, parts: Values) -> Values:
    """What is set where responses have these parts (parts, ...): amplitudes or angles."""
    if law == "amplitude":
        return parts[0]
    real, imag = parts if law == "phase" else (2 * parts[0], 2 * parts[1] - 1)
    return namespace(parts).arctan2(imag, real)


def as_parts(responses: np.ndarray, axis: int) -> np.ndarray:
    """Real and imaginary part along a new axis, the real one alone of real numbers."""
    parts = (responses.real, responses.imag) if np.iscomplexobj(responses) else (responses,)
    return np.stack(parts, axis=axis)


def from_parts(parts: Sequence[np.ndarray] | np.ndarray) -> np.ndarray:
    """Numbers with these parts."""
    return parts[0] if len(parts) == 1 else parts[0] + 1j * parts[1]


def holograms(s: Scenario, h: np.ndarray, wave: np.ndarray) -> np.ndarray:
    """Responses (drops, elements) that turn Q (drops, elements, chains) towards channels h (drops, users, elements).

    Amplitudes of the hologram, or the Lorentzian responses that reach farthest along its phases. Phase shifters (drops,
    elements, chains) turn every chain to one user, chain by chain.
    """
    if law_of(s) == "phase":
        turned = h[:, np.arange(wave.shape[-1]) % h.shape[1]]
        return np.exp(1j * np.angle(np.swapaxes(turned, -1, -2)))
    pairs = zip(h, wave, strict=True)
    if law_of(s) == "amplitude":
        return np.stack([hologram(channels, q) for channels, q in pairs])
    return lorentzian(np.stack([phase_hologram(channels, q) for channels, q in pairs]))


def impossible(law: Law, responses: np.ndarray) -> np.ndarray:
    """Distance of responses from what elements can do, entry by entry."""
    if law == "amplitude":
        return np.maximum(np.abs(responses.imag), np.maximum(-responses.real, responses.real - 1))
    return np.abs(np.abs(responses) - 1 if law == "phase" else np.abs(responses - 0.5j) - 0.5)
