"""Backtracking: the first trial that is good enough, counted."""

import jax
import jax.numpy as jnp
import pytest

from beamwright.optim import Ending, backtrack, falls_enough


@pytest.mark.parametrize(("target", "cuts"), [(2.0, 0), (0.3, 2), (1e-9, 5)])
def test_steps_are_halved_until_they_are_short_enough(target, cuts):
    step, count = jax.jit(lambda t: backtrack(jnp.array(1.0), lambda x: x <= t, lambda x, _: x / 2, 5))(target)
    assert count == cuts and step == 0.5**cuts


def test_what_is_no_number_is_never_good_enough():
    assert not falls_enough(jnp.nan, 1.0, -1.0, 1e-4) and falls_enough(0.0, 1.0, -1.0, 1e-4)
    step, count = backtrack(jnp.array(jnp.nan), lambda x: falls_enough(x, 1.0, -1.0, 1e-4), lambda x, _: x / 2, 3)
    assert jnp.isnan(step) and count == 3


def test_an_ending_is_a_number_and_a_sentence():
    assert [int(ending) for ending in Ending] == [0, 1, 2] and Ending(1) is Ending.LINE_SEARCH
    assert all(ending.sentence[0].isupper() and ending.sentence.endswith(".") for ending in Ending)
