"""Cones of the multipliers, in which they prove a bound and in which they are stored."""

import numpy as np

from beamwright.systems.noma_isac.physics import model
from beamwright.systems.noma_isac.scenario import Scenario
from beamwright.systems.noma_isac.types import Multipliers, Oma, Problem


def in_cones(s: Scenario, problem: Problem, m: Multipliers) -> Multipliers:
    """Nearest multipliers in their cones, NaN to zero, which prove the same bound or a better one.

    ``correlation`` is as small as ``cross`` allows, and entries that no formula reads are zero.

    Not read are pairs of a stream and a user that does not decode it, of the arrays over pairs of targets what is not
    above the diagonal, and ``sic`` where no order is demanded, with the last in the order, whom nobody follows.
    """
    order, oma = problem.order, problem.oma
    decodes = np.swapaxes(model.decoding_mask(s, order, oma), -1, -2)
    followed = model.positions(order)[:, None, :] < s.users - 1
    ordered = followed & (s.sic_order and oma is Oma.NONE)
    cross = np.triu(finite(m.cross), 1)
    return Multipliers(
        sinr=np.where(decodes, nonnegative(m.sinr), 0),
        floor=nonnegative(m.floor),
        slab_upper=np.triu(nonnegative(m.slab_upper), 1),
        slab_lower=np.triu(nonnegative(m.slab_lower), 1),
        correlation=np.linalg.norm(cross, axis=(-1, -2)),
        cross=cross,
        sic=np.where(ordered, nonnegative(m.sic), 0),
        lmi=np.where(decodes[..., None, None], lmi_cone(m.lmi, m.basis), 0),
        basis=m.basis,
    )


def lmi_cone(lmi: np.ndarray, basis: np.ndarray) -> np.ndarray:
    """Matrices T moved into {T >= 0, tr(T11 B^H B) <= T22}: eigenvalues clipped, then T11 shrunk by a congruence."""
    if not lmi.shape[-1]:
        return lmi
    lmi = finite(lmi)
    values, vectors = np.linalg.eigh((lmi + adjoint(lmi)) / 2)
    lmi = (vectors * np.maximum(values, 0)[..., None, :]) @ adjoint(vectors)
    metric = (adjoint(basis) @ basis)[:, None, None]
    trace = np.sum(lmi[..., :-1, :-1] * np.swapaxes(metric, -1, -2), axis=(-1, -2)).real
    corner = lmi[..., -1, -1].real
    shrink = np.sqrt(np.where(trace > corner, corner / np.where(trace > corner, trace, 1), 1))
    factors = np.concatenate([np.repeat(shrink[..., None], lmi.shape[-1] - 1, -1), np.ones((*shrink.shape, 1))], -1)
    return factors[..., :, None] * lmi * factors[..., None, :]


def finite(multipliers: np.ndarray) -> np.ndarray:
    """Multipliers with zero for what is not finite."""
    return np.nan_to_num(multipliers, nan=0.0, posinf=0.0, neginf=0.0)


def nonnegative(multipliers: np.ndarray) -> np.ndarray:
    """Multipliers with zero for what is negative or not finite."""
    return np.maximum(finite(multipliers), 0)


def adjoint(matrix: np.ndarray) -> np.ndarray:
    """Conjugate transpose of matrices on the last two axes."""
    return np.conj(np.swapaxes(matrix, -1, -2))
