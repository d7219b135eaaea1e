"""Multipliers as vectors of rows, one per constraint, and as the named fields in which they are stored."""

from collections.abc import Mapping

import numpy as np

from beamwright.systems.noma_isac.physics.cones import lmi_cone, nonnegative, norm_cone
from beamwright.systems.noma_isac.physics.constraints import Ball, Constraint, Named, constraints
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
    rows = constraints(s, oma)
    balls = sum(_size(c) for c in rows if isinstance(c, Ball))
    limits = sum(_size(c) for c in rows if not isinstance(c, Ball | Named))
    return found | {"limits": (*slots, limits), "balls": (*slots, balls, edge, edge)}


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
    """Multipliers from those of every constraint's rows, (drops, [slots], rows); zero for what is not demanded.

    Of a ``Ball`` they are matrices (drops, [slots], rows, r+1, r+1).
    """
    shapes = axes(s, oma, basis.shape[-1])
    fields = {name: np.zeros((len(order), *shape)) for name, shape in shapes.items()}
    fields |= {name: fields[name].astype(complex) for name in ("cross", "balls")}
    others: dict[str, list[np.ndarray]] = {}
    for constraint, y in rows.items():
        if isinstance(constraint, Named):
            fields |= constraint.fields(y, order)
        else:
            others.setdefault("balls" if isinstance(constraint, Ball) else "limits", []).append(y)
    after = len(shapes["correlation"]) + 1
    fields |= {name: np.concatenate(parts, axis=after) for name, parts in others.items()}
    return Multipliers(**fields | {"sinr": sinr, "lmi": lmi, "basis": basis})


def rows_of(s: Scenario, problem: Problem, m: Multipliers) -> dict[Constraint, np.ndarray]:
    """Multipliers of every constraint's rows, moved into their cones, as ``of_rows`` takes them; NaN become zero."""
    found: dict[Constraint, np.ndarray] = {}
    at, after = {"limits": 0, "balls": 0}, m.correlation.ndim
    for c in constraints(s, problem.oma):
        if isinstance(c, Named):
            y = c.of(m, problem.order)
            found[c] = norm_cone(y) if c.cone else nonnegative(y)
            continue
        name = "balls" if isinstance(c, Ball) else "limits"
        whole, rows = getattr(m, name), slice(at[name], at[name] + _size(c))
        if whole is None:  # told nothing about them
            whole = np.zeros((*m.correlation.shape, rows.stop, *(m.lmi.shape[-2:] if name == "balls" else ())))
        y, at[name] = whole[(slice(None),) * after + (rows,)], rows.stop
        found[c] = lmi_cone(y, m.basis) if isinstance(c, Ball) else norm_cone(y) if c.cone else nonnegative(y)
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
    rows = rows_of(s, problem, m)
    rows |= {c: norm_cone(y * (np.arange(y.shape[-1]) > 0)) for c, y in rows.items() if c.cone}
    return of_rows(s, problem.oma, problem.order, rows, sinr=sinr, lmi=lmi, basis=m.basis)
