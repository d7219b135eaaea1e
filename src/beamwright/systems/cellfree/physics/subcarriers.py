"""Several subcarriers: what carrier offsets make of them, and SINRs of the whole band (spec cellfree, section 3).

An axis ``subcarriers`` stands before the others: [k] of what is heard on subcarrier k, [l] of what is sent on l.
"""

import numpy as np

from beamwright.numerics import Values, namespace, unit_phasor
from beamwright.systems.cellfree.scenario import Radio


def carrier_leakage(s: Radio, offsets_hz: Values) -> Values:
    """C (..., subcarriers k, subcarriers l, aps a, aps b) at offsets (..., aps): what b sends on l, as a hears it on k.

        C = exp(j pi v (Q-1)/Q) sin(pi v) / (Q sin(pi v/Q)),    v = (l - k) q + (f_b - f_a) / spacing

    the Dirichlet kernel of OFDM with carrier offsets (P. H. Moose, IEEE Trans. Commun. 42(10), 1994).
    """
    xp = namespace(offsets_hz)
    parted = (offsets_hz[..., None, :] - offsets_hz[..., :, None]) / s.subcarrier_spacing_hz
    number = s.subcarrier_step * np.arange(s.subcarriers)
    turns = (number - number[:, None])[:, :, None, None] + parted[..., None, None, :, :]
    size = xp.sinc(turns) / xp.sinc(turns / s.fft_size)
    return size * unit_phasor(turns * ((s.fft_size - 1) / (2 * s.fft_size)))


def over_band(s: Radio, sinr: Values) -> Values:
    """The SINR (..., any) that has the mean of m over the subcarriers, of SINRs (..., subcarriers, any)."""
    xp = namespace(sinr)
    if s.metric == "sinr":
        return xp.mean(sinr, axis=-2)
    return xp.expm1(xp.mean(xp.log1p(sinr), axis=-2))
