"""Multipliers as vectors of rows, one per constraint, and as the named fields in which they are stored."""

from collections.abc import Mapping

import numpy as np

from beamwright.systems.noma_isac.physics.cones import nonnegative, norm_cone
from beamwright.systems.noma_isac.physics.constraints import Constraint, Named, constraints
from beamwright.systems.noma_isac.physics.constraints import sinr as sinr_rows
from beamwright.systems.noma_isac.scenario import Scenario
from beamwright.systems.noma_isac.types import Multipliers, Oma, Problem


def axes(s: Scenario, oma: Oma, directions: int) -> dict[str, tuple[int, ...]]:
    """Axes of the fields after drops; directions are those of the error basis, none where nominal."""
    slots = (s.users,) if oma is Oma.SLOT else ()
    pairs, edge = (*slots, s.targets, s.targets), directions + 1 if directions else 0
    sensing = {"floor": (*slots, s.targets), "correlation": slots}
    sensing |= dict.fromkeys(("slab_upper", "slab_lower", "cross"), pairs)
    users = dict.fromkeys(("sinr", "sic"), (s.users, s.users))
    found = users | sensing | {"lmi": (s.users, s.users, edge, edge), "basis": (s.antennas, directions)}
    further = sum(_size(c) for c in constraints(s, oma) if not isinstance(c, Named))
    return found | ({"limits": (*slots, further)} if further else {})


def of_rows(
    s: Scenario,
    oma: Oma,
    order: np.ndarray,
    rows: Mapping[Constraint, np.ndarray],
    *,
    sinr: np.ndarray,
    lmi: np.ndarray,
    basis: np.ndarray,
) -> Multipliers:
    """Multipliers from those of every constraint's rows, (drops, [slots], rows); zero for what is not demanded."""
    shapes = axes(s, oma, basis.shape[-1])
    fields = {name: np.zeros((len(order), *shape)) for name, shape in shapes.items()}
    fields["cross"] = fields["cross"].astype(complex)
    further = []
    for constraint, y in rows.items():
        if isinstance(constraint, Named):
            fields |= constraint.fields(y, order)
        else:
            further.append(y)
    if further:
        fields["limits"] = np.concatenate(further, axis=-1)
    return Multipliers(**fields | {"sinr": sinr, "lmi": lmi, "basis": basis})


def rows_of(s: Scenario, problem: Problem, m: Multipliers) -> dict[Constraint, np.ndarray]:
    """Multipliers of the rows of every constraint, moved into their cones: (drops, [slots], rows); NaN become zero."""
    found, at = {}, 0
    for c in constraints(s, problem.oma):
        if isinstance(c, Named):
            y = c.of(m, problem.order)
        elif m.limits is None:
            y = np.zeros((*m.correlation.shape, _size(c)))
        else:
            y, at = m.limits[..., at : at + _size(c)], at + _size(c)
        found[c] = norm_cone(y) if c.cone else nonnegative(y)
    return found


def _size(constraint: Constraint) -> int:
    """Multipliers of a constraint: one per row, and one for the bound of a cone."""
    return len(constraint.forms()) + constraint.cone


def in_cones(s: Scenario, problem: Problem, m: Multipliers) -> Multipliers:
    """Nearest multipliers in their cones, NaN to zero, which prove the same bound or a better one.

    ``correlation`` is as small as ``cross`` allows, and entries that no formula reads are zero.

    Not read are pairs of a stream and a user that does not decode it, of the arrays over pairs of targets what is not
    above the diagonal, and ``sic`` where no order is demanded, with the last in the order, whom nobody follows.
    """
    sinr, lmi = sinr_rows.in_cone(s, problem, m)
    return of_rows(s, problem.oma, problem.order, rows_of(s, problem, m), sinr=sinr, lmi=lmi, basis=m.basis)
