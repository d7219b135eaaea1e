"""Backtracking: the first trial that is good enough, counted."""

import jax
import jax.numpy as jnp
import pytest

from beamwright.optim import Ending, backtrack, falls_enough
from beamwright.optim.line_search import descent_ending


@pytest.mark.parametrize(("target", "cuts"), [(2.0, 0), (0.3, 2), (1e-9, 5)])
def test_steps_are_halved_until_they_are_short_enough(target, cuts):
    step, count = jax.jit(lambda t: backtrack(jnp.array(1.0), lambda x: x <= t, lambda x, _: x / 2, 5))(target)
    assert count == cuts and step == 0.5**cuts


def test_what_is_no_number_is_never_good_enough():
    assert not falls_enough(jnp.nan, 1.0, -1.0, 1e-4) and falls_enough(0.0, 1.0, -1.0, 1e-4)
    step, count = backtrack(jnp.array(jnp.nan), lambda x: falls_enough(x, 1.0, -1.0, 1e-4), lambda x, _: x / 2, 3)
    assert jnp.isnan(step) and count == 3


@pytest.mark.parametrize(
    ("value", "residual", "failed", "ending"),
    [
        (1.0, 1e-7, True, Ending.STATIONARY),
        (1.0, 1.0, True, Ending.LINE_SEARCH),
        (1.0, 1.0, False, Ending.ITERATIONS),
        (jnp.nan, 0.0, False, Ending.NO_NUMBER),
        (1.0, jnp.nan, True, Ending.NO_NUMBER),
    ],
)
def test_endings_of_descents(value, residual, failed, ending):
    assert descent_ending(jnp.array(value), jnp.array(residual), 1e-6, jnp.array(failed)) == ending
