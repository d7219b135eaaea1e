"""What every constraint must be: rows, multipliers and violation of one kind agree, whoever wrote it."""

import numpy as np
import pytest
from noma_cases import channels

from beamwright.systems.noma_isac import Oma, Scenario
from beamwright.systems.noma_isac.physics import model
from beamwright.systems.noma_isac.physics.combination import coordinates, stream_weights
from beamwright.systems.noma_isac.physics.constraints import KINDS, Ball, Point, constraints
from beamwright.systems.noma_isac.physics.multipliers import axes, of_rows, rows_of
from beamwright.systems.noma_isac.physics.residuals import relative_residuals

BASE = {"antennas": 5, "target_angles_deg": (-40.0, 20.0, 70.0), "sensing_power_w": 30.0, "power_difference_w": 10.0}
EVERYTHING = Scenario(
    **BASE, sic_order=True, cross_correlation_w2=300.0, antenna_power_limit_w=12.0, quiet_angles_deg=(0.0, 10.0),
    quiet_power_w=(60.0, 40.0), steering_error=0.2,
)  # fmt: skip
EXACT = EVERYTHING.derived(steering_error=0.0)
H = channels(range(40), 3, 5)
ALL = [(s, oma, c) for s in (EVERYTHING, EXACT) for oma in (Oma.NONE, Oma.SLOT) for c in constraints(s, oma)]


def drawn(rng, *shape):
    return rng.standard_normal(shape) + 1j * rng.standard_normal(shape)


def point(oma, seed=0):
    """Covariances about as often inside the constraints as outside."""
    factor = drawn(np.random.default_rng(seed), 40, 3, 5, 2)
    w = factor @ np.conj(np.swapaxes(factor, -1, -2)) * (3 if oma else 1)
    none = np.zeros((40, 3))
    problem = model.make_problem(EVERYTHING, H, none, none, oma=oma)
    fall = 0.2 ** model.positions(problem.order)[:10, :, None, None]
    w[:10] = 2 * fall * w[:10, :1]  # powers that fall along the decoding order
    return problem, Point(problem, H, w, np.eye(5), np.full((40, 3, 3), 1.0))


def values(s, constraint, problem, w):
    """sum_i q_ri tr(F_r W_i) of all rows, (drops, slots, rows)."""
    v = np.broadcast_to(coordinates(s, problem, constraint, np.eye(5)), (40, len(constraint.forms()[0]), 5))
    f = np.einsum("dia,rij,djb->drab", v, constraint.forms(), v.conj())
    return np.einsum("dtrk,drab,dkba->dtr", stream_weights(problem, constraint, w.shape[1]), f, w, optimize=True).real


def test_every_kind_is_demanded_by_the_scenarios_of_these_tests():
    found = {type(c) for _, _, c in ALL}
    assert all(any(issubclass(one, kind) for one in found) for kind in KINDS)
    assert constraints(Scenario(target_angles_deg=())) == ()
    assert [c.cone for c in constraints(EVERYTHING)] == sorted(c.cone for c in constraints(EVERYTHING))


@pytest.mark.parametrize(("s", "oma", "constraint"), ALL, ids=lambda x: type(x).__name__)
def test_a_constraint_is_violated_where_a_row_is_and_nowhere_else(s, oma, constraint):
    problem, at = point(oma)
    limits = constraint.limits_w(s)
    if isinstance(constraint, Ball):
        left = at.worst(constraint.vectors(s), constraint.radii(s), constraint.signs())[0] - limits
    elif constraint.cone:
        left = limits - np.linalg.norm(values(s, constraint, problem, at.streams), axis=-1)
    else:
        left = values(s, constraint, problem, at.streams) - limits
    missed = (left < 0).reshape(40, -1).any(axis=1)
    violation = constraint.violation(s, at)
    assert np.array_equal(violation > 0, missed)
    assert missed.any() and (oma or not missed.all()), "drawn on one side only"
    assert np.array_equal(getattr(relative_residuals(s, at, np.zeros(40)), constraint.residual) > 0, missed) or (
        constraint.residual == "limit_violation"
    )


@pytest.mark.parametrize(("s", "oma", "constraint"), ALL, ids=lambda x: type(x).__name__)
def test_forms_are_hermitian_and_of_the_vectors_that_the_basis_holds(s, oma, constraint):
    forms = constraint.forms()
    assert np.array_equal(forms, np.conj(np.swapaxes(forms, -1, -2))) and forms.any(axis=(1, 2)).all()
    assert len(constraint.limits_w(s)) == (1 if constraint.cone else len(forms))
    if constraint.family != "users":
        assert constraint.vectors(s).shape == (forms.shape[-1], s.antennas)
    assert hash(constraint) == hash(type(constraint)(**vars(constraint)))


@pytest.mark.parametrize("s", [EVERYTHING, EXACT])
@pytest.mark.parametrize("oma", [Oma.NONE, Oma.SLOT])
def test_multipliers_come_back_from_the_fields_in_which_they_are_stored(s, oma):
    rng, (problem, _) = np.random.default_rng(0), point(oma)
    slots, rows = (3,) if oma else (), {}
    basis = np.broadcast_to(np.eye(5)[:, :2], (40, 5, 2))
    for c in constraints(s, oma):
        count = len(c.forms())
        y = np.abs(rng.standard_normal((40, *slots, count + c.cone)))
        y[..., 0] += 10 * count if c.cone else 0
        t = drawn(rng, 40, *slots, count, 3, 1)
        t[..., -1, :] += 5 * np.linalg.norm(t, axis=(-1, -2))[..., None]
        rows[c] = t @ np.conj(np.swapaxes(t, -1, -2)) if isinstance(c, Ball) else y
    shapes = axes(s, oma, 2)
    m = of_rows(s, oma, problem.order, rows, sinr=np.zeros((40, 3, 3)), lmi=np.zeros((40, 3, 3, 3, 3)), basis=basis)
    assert {name: x.shape[1:] for name, x in vars(m).items() if x is not None} == shapes
    for c, y in rows_of(s, problem, m).items():
        np.testing.assert_allclose(y, rows[c], rtol=1e-9, atol=1e-9)
