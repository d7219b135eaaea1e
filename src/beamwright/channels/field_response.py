"""Channels of antennas that move: sums of plane waves, evaluated wherever the antennas are (spec cellfree, section 2).

Positions are in wavelengths along an access point's axis, cosines those of the angle between a path and that axis. In a
plane a position is the complex number x + j y, x along the axis and y a quarter turn to its left, and in place of its
cosine a path has its direction, cos + j sin of the angle from the axis.
Everything is written for NumPy's arrays and JAX's alike; leading axes broadcast.
"""

from beamwright.numerics import Values, namespace, unit_phasor


def steering(positions: Values, cosine: Values) -> Values:
    """e(x, c) = exp(j 2 pi x c), (...); in a plane x c is Re(conj(x) c), how far the place lies towards the path."""
    xp = namespace(positions)
    if xp.iscomplexobj(positions) or xp.iscomplexobj(cosine):
        return unit_phasor(positions.real * cosine.real + positions.imag * cosine.imag)
    return unit_phasor(positions * cosine)


def arriving(positions: Values, cosine: Values, amplitude: Values) -> Values:
    """Receive channel: signals at the antennas of plane waves with these amplitudes: sum_l conj(e(x_m, c_l)) a_l.

    Args:    positions (..., antennas), cosine (..., paths), amplitude (..., paths).
    Returns: (..., antennas).
    """
    xp = namespace(positions)
    waves = steering(positions[..., :, None], cosine[..., None, :])
    return xp.sum(xp.conj(waves) * amplitude[..., None, :], axis=-1)


def departing(positions: Values, cosine: Values, weights: Values) -> Values:
    """Transmit channel: amplitude radiated along every path with these antenna weights: sum_n e(x_n, c_l) w_n.

    Args:    positions (..., antennas), cosine (..., paths), weights (..., antennas).
    Returns: (..., paths).
    """
    xp = namespace(positions)
    return xp.sum(steering(positions[..., None, :], cosine[..., :, None]) * weights[..., None, :], axis=-1)


def field_response(rx: Values, tx: Values, gain: Values, rx_cosine: Values, tx_cosine: Values) -> Values:
    """The matrix of a link: H_mn = sum_l conj(e(r_m, c^r_l)) g_l e(t_n, c^t_l), (..., rx antennas, tx antennas)."""
    xp = namespace(rx)
    at_rx = xp.conj(steering(rx[..., :, None], rx_cosine[..., None, :])) * gain[..., None, :]
    return at_rx @ steering(tx[..., None, :], tx_cosine[..., :, None])
