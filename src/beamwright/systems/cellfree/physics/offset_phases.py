"""What carrier offsets make of waves: their phases, correlations with codes, leakage (spec cellfree, section 3)."""

from types import ModuleType
from typing import NamedTuple

import numpy as np

from beamwright.numerics import Values, namespace
from beamwright.systems.cellfree.physics.subcarriers import carrier_leakage
from beamwright.systems.cellfree.scenario import Radio
from beamwright.uncertainty import offset_phasors

OVERLAPS = 65
"""Offsets at which the correlation of two codes is looked at for its largest modulus."""


class OffsetPhases(NamedTuple):
    """Effect of carrier offsets on the beams of every access point at every other one."""

    waves: Values
    """(..., snapshots, aps a, aps b)."""
    rho: Values
    """(..., aps a, aps b)."""
    leakage: Values | None = None
    """C (..., subcarriers k, subcarriers l, aps a, aps b) where subcarriers leak into each other."""


def offset_phases(s: Radio, offsets_hz: Values) -> OffsetPhases:
    """Waves and code correlations at offsets (..., aps); de-rotated, waves from b have the phase of b alone."""
    xp = namespace(offsets_hz)
    turn, codes = offset_phasors(offsets_hz, s.snapshots, s.symbol_time_s), xp.asarray(s.codes)
    sent = (codes * turn)[..., None, :]
    waves = sent * xp.conj(turn)[..., None]
    return OffsetPhases(
        xp.broadcast_to(sent, waves.shape) if s.derotated else waves,
        code_correlation(s, waves),
        carrier_leakage(s, offsets_hz) if s.mixed else None,
    )


def code_correlation(s: Radio, waves: Values) -> Values:
    """Correlation rho of waves (..., snapshots, aps, aps) with the receiver's own code."""
    xp = namespace(waves)
    return xp.mean(xp.conj(xp.asarray(s.codes))[:, :, None] * waves, axis=-3)


def largest_overlap(s: Radio, xp: ModuleType) -> Values:
    """(aps, aps) bound of |rho_ab| over all offsets within the range, 0 on the diagonal.

    The largest of a grid, and as much as it can rise between its points: |d rho / d f| <= pi T (S - 1).
    """
    turns = xp.linspace(-1.0, 1.0, OVERLAPS)[:, None] * s.offset_range_hz * s.symbol_time_s * np.arange(s.snapshots)
    pairs = np.conj(s.codes)[:, :, None] * s.codes[:, None, :]
    rho = xp.tensordot(xp.exp(2j * np.pi * turns), xp.asarray(pairs), axes=1) / s.snapshots
    margin = np.pi * s.symbol_time_s * (s.snapshots - 1) * s.offset_range_hz / (OVERLAPS - 1)
    return (1 - np.eye(s.aps)) * xp.minimum(1.0, xp.max(xp.abs(rho), axis=0) + margin)
