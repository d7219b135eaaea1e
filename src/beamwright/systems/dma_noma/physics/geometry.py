"""Antenna and line of sight: elements, feeds, channels of points in space (spec dma_noma, sections 2 and 3)."""

import numpy as np
from numpy.typing import ArrayLike

from beamwright.arrays import (
    centred_positions,
    cosine_pattern,
    distances_m,
    edge_feeds,
    planar_distances_m,
    reference_wave,
    waveguides,
)
from beamwright.channels import LINE_OF_SIGHT, channels_named
from beamwright.core import as_array, db_to_linear, renamed, require
from beamwright.numerics import Values
from beamwright.systems.dma_noma.scene import Known, Scenario

CALL = 4096
"""Positions that a person's channel model is asked for at a time, at most."""


@renamed
def element_positions(scenario: Scenario) -> np.ndarray:
    """(elements, 3) in m: the panel stands in the y-z plane, x is boresight."""
    return centred_positions(scenario.rows, scenario.columns, scenario.wavelength_m / 2)


@renamed
def feed_matrix(scenario: Scenario, tone: float = 1.0) -> np.ndarray:
    """Q (elements, chains): W = diag(amplitudes) Q never amplifies, ||W v|| <= ||v||; attenuation is lost power.

    A guide of index n turns by 2 pi n f / c a metre at the frequency f = ``tone`` times that of the carrier; chains per
    element and phase shifters are the same over the band.
    """
    wavelength_m = scenario.wavelength_m / tone
    guide = scenario.waveguide_index, scenario.waveguide_attenuation_per_m
    positions, spacing = element_positions(scenario), scenario.wavelength_m / 2
    if scenario.feeding == "digital":
        return np.eye(scenario.elements, dtype=complex)
    if scenario.feeding == "phase-shifters":
        return shifter_matrix(scenario.elements, scenario.chains)
    if scenario.feeding == "waveguides":
        return waveguides(scenario.rows, scenario.columns, spacing, wavelength_m, *guide)
    feeds = edge_feeds(scenario.chains, scenario.columns * spacing, positions[:, 2].min() - spacing)
    return reference_wave(positions, feeds, wavelength_m, *guide)


def shifter_matrix(elements: int, chains: int) -> np.ndarray:
    """Q (elements, chains) of phase shifters, all 1/sqrt(N L): lossless dividers, matched combiners.

    Whatever the phases, the norm of W is at most its Frobenius norm, which is one; where all agree it is one.
    """
    return np.full((elements, chains), 1 / np.sqrt(elements * chains), complex)


def reference_waves(s: Scenario, known: Known, tone: float = 1.0) -> np.ndarray:
    """Q of every drop, (drops, elements, chains): that of ``known`` where there is one, else the scenario's.

    The former is taken for the same over the band.
    """
    if known.reference_wave is not None:
        return known.reference_wave
    wave = feed_matrix(s, tone)
    return np.broadcast_to(wave, (len(known.near_positions_m), *wave.shape))


def user_channels(
    s: Scenario, known: Known, points_m: np.ndarray, planar: bool = False, tone: float = 1.0
) -> np.ndarray:
    """Channels (drops, users, ..., elements) of the users of ``known`` at points (drops, users, ..., 3)."""
    users = known.users.reshape(*known.users.shape, *(1,) * (points_m.ndim - 3))
    return channels(s, points_m, planar, users, tone)


@renamed
def channels(
    scenario: Scenario,
    points_m: np.ndarray,
    planar: bool = False,
    user: ArrayLike | None = None,
    tone: float = 1.0,
) -> np.ndarray:
    """Known part c_L h(p) of channels, (..., elements), for points (..., 3): line of sight, or a person's model.

        h_n(p) = sqrt(zeta0) d_n^(-alpha/2) exp(-j k d_n),   d_n = ||x_n - p||     (planar: d_n = r - x_n . u)

    times sqrt(2 (q + 1) cos^q) for elements with a pattern, cosine p_x / d_n (planar: u_x), zero behind the panel.
    The known factor c_L belongs to estimate and truth alike (spec section 8). ``channel_model`` names another model.
    At a frequency of ``tone`` times the carrier's k and 1 / sqrt(zeta0) are so many times as large (Friis).

    Args:   user who stands at every point (...), near users first; needed where Rician factors differ; tone > 0, one
            of ``Scenario.tones``.
    Raises: ValueError naming the channel model whose channels have a wrong shape, or NaN or infinity; ``user``; or
            ``tone``, which own models know only at the carrier.
    """
    require(bool(np.isfinite(tone)) and tone > 0, "tone", "be > 0 and finite", tone)
    if scenario.channel_model != LINE_OF_SIGHT:
        require(not planar, "channel_model", f"be {LINE_OF_SIGHT} for plane waves", scenario.channel_model)
        require(tone == 1, "tone", f"be 1 for a channel_model other than {LINE_OF_SIGHT}", tone)
        return _modelled(scenario, np.asarray(points_m, float), user)
    positions = element_positions(scenario)
    d = planar_distances_m(positions, points_m) if planar else distances_m(positions, points_m)
    h = amplitude(scenario, d, user) / tone * np.exp(-2j * np.pi / (scenario.wavelength_m / tone) * d)
    if scenario.element_pattern == "isotropic":
        return h
    away = np.linalg.norm(points_m, axis=-1, keepdims=True) if planar else d
    return h * cosine_pattern(points_m[..., :1] / away, scenario.pattern_exponent)


def _modelled(s: Scenario, points_m: np.ndarray, user: ArrayLike | None) -> np.ndarray:
    """Channels (..., elements) by the scenario's model, given the scenario with the line of sight, factor by factor."""
    model, flat = channels_named(s.channel_model), points_m.reshape(-1, 3)
    factors = np.broadcast_to(_of_users(s, np.broadcast_to(s.rician, 2 * s.groups), user), points_m.shape[:-1]).ravel()
    name, h = f"channels of channel_model {s.channel_model}", np.empty((len(flat), s.elements), complex)
    for factor in np.unique(factors):
        plain, places = s.derived(channel_model=LINE_OF_SIGHT, rician=float(factor)), np.flatnonzero(factors == factor)
        for part in np.split(places, range(CALL, len(places), CALL)):
            found = model(plain, flat[part])
            h[part] = as_array(found, name, "positions elements", complex, positions=len(part), elements=s.elements)
    return h.reshape(*points_m.shape[:-1], s.elements)


def amplitude(s: Scenario, distance_m: Values, user: ArrayLike | None = None) -> Values:
    """Amplitude b(d) = c_L sqrt(zeta0) d^(-alpha/2) of paths (..., elements) to ``user`` (...), see ``channels``."""
    factor = _of_users(s, s.line_of_sight, user)[..., None]
    return factor * np.sqrt(db_to_linear(s.reference_gain_db)) * distance_m ** (-s.path_loss_exponent / 2)


def _of_users(s: Scenario, values: np.ndarray, user: ArrayLike | None) -> np.ndarray:
    """Values (users,) of who stands at every point, (...); without a user the one that all have."""
    if user is not None:
        return values[s.numbered(user)]
    require(np.ptp(values) == 0, "user", "be given where Rician factors differ", "nothing", "Who stands at each point?")
    return values[0]
