"""Patterns of single elements: how much of a wave leaves in a direction."""

from beamwright.numerics import Values, namespace


def cosine_pattern(cosine: Values, exponent: Values) -> Values:
    """Amplitude sqrt(2 (q + 1) cos^q) towards directions of this cosine to boresight, zero behind, of any shape.

    The factor makes the mean power over the sphere one, that of an isotropic element: a pattern directs power, and adds
    none. Arrays of NumPy or JAX; q = ``exponent`` >= 0.
    """
    xp = namespace(cosine)
    front = cosine > 0
    return xp.where(front, (2 * (exponent + 1)) ** 0.5 * xp.where(front, cosine, 1.0) ** (exponent / 2), 0.0)
