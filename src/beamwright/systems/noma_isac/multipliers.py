"""Multipliers as they are stored: in their cones, and zero where no formula reads them."""

import numpy as np

from beamwright.systems.noma_isac import model
from beamwright.systems.noma_isac.dual import _finite, _nonnegative, lmi_cone
from beamwright.systems.noma_isac.results import Multipliers, Oma, Problem
from beamwright.systems.noma_isac.scenario import Scenario


def in_cones(s: Scenario, problem: Problem, m: Multipliers) -> Multipliers:
    """The nearest multipliers that are, NaN to zero; the bound they prove is the same, or better: ``correlation`` is
    as small as ``cross`` allows.

    Not read are pairs of a stream and a user that does not decode it, of the arrays over pairs of targets what is not
    above the diagonal, and ``sic`` where no order is asked, with the last in the order, whom nobody follows.
    """
    order, oma = problem.order, problem.oma
    decodes = np.swapaxes(model.decoding_mask(s, order, oma), -1, -2)
    followed = model.positions(order)[:, None, :] < s.users - 1
    ordered = followed & (s.sic_order and oma is Oma.NONE)
    cross = np.triu(_finite(m.cross), 1)
    return Multipliers(
        sinr=np.where(decodes, _nonnegative(m.sinr), 0),
        floor=_nonnegative(m.floor),
        slab_upper=np.triu(_nonnegative(m.slab_upper), 1),
        slab_lower=np.triu(_nonnegative(m.slab_lower), 1),
        correlation=np.linalg.norm(cross, axis=(-1, -2)),
        cross=cross,
        sic=np.where(ordered, _nonnegative(m.sic), 0),
        lmi=np.where(decodes[..., None, None], lmi_cone(m.lmi, m.basis), 0),
        basis=m.basis,
    )
