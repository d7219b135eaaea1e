"""Random numbers by NumPy are those of ``jax.random``: keys and uniform numbers to the bit."""

import jax
import numpy as np
import pytest

from beamwright.core import draws, drop_keys

KEY = jax.random.key(5)
FEW = drop_keys(KEY, 7)


def words(keys):
    return np.asarray(jax.random.key_data(keys))


def by_jax(draw):
    return np.asarray(jax.vmap(draw)(FEW))


@pytest.mark.parametrize("seed", [0, 7, 2**32 - 1, 2**32, 2**63 - 1])
def test_seeds_give_the_same_key(seed):
    assert np.array_equal(words(draws.key(seed)), words(jax.random.key(seed)))


@pytest.mark.parametrize("number", [0, 1, 2**31, 2**32 - 1, -1])
def test_folding_a_number_in_gives_the_same_key(number):
    assert np.array_equal(words(draws.fold_in(KEY, number)), words(jax.random.fold_in(KEY, number % 2**32)))


def test_numbers_are_folded_into_keys_one_by_one():
    numbers = np.arange(3, 10)
    one_by_one = [words(jax.random.fold_in(key, int(i))) for key, i in zip(FEW, numbers, strict=True)]
    assert np.array_equal(words(draws.fold_in(FEW, numbers)), one_by_one)
    assert np.array_equal(words(draws.fold_in(KEY, numbers))[2], words(jax.random.fold_in(KEY, 5)))


@pytest.mark.parametrize("count", [1, 2, 7])
def test_split_keys_are_the_same(count):
    theirs = np.stack([words(jax.random.split(key, count)) for key in FEW], axis=1)
    assert np.array_equal([words(key) for key in draws.split(FEW, count)], theirs)


@pytest.mark.parametrize("shape", [(), (1,), (5, 3), (0, 4), (20000,)])
def test_uniform_numbers_are_the_same_to_the_bit(shape):
    assert np.array_equal(draws.uniform(FEW, shape), by_jax(lambda key: jax.random.uniform(key, shape)))


def test_uniform_numbers_of_another_range_and_normal_ones_are_the_same_to_rounding():
    ranged = by_jax(lambda key: jax.random.uniform(key, (300,), minval=-50.0, maxval=20.0))
    np.testing.assert_allclose(draws.uniform(FEW, (300,), -50.0, 20.0), ranged, rtol=0, atol=1e-14)
    normal = by_jax(lambda key: jax.random.normal(key, (300,)))
    np.testing.assert_allclose(draws.normal(FEW, (300,)), normal, rtol=1e-12, atol=1e-14)
    both = by_jax(lambda key: jax.random.normal(key, (300,), complex))
    np.testing.assert_allclose(draws.complex_normal(FEW, (300,)), both, rtol=1e-12, atol=1e-14)


def test_a_key_draws_the_same_bits_in_any_batch():
    for draw in (draws.uniform, draws.normal, draws.complex_normal):
        assert np.array_equal(draw(FEW, (40, 3))[4], draw(FEW[4], (40, 3)))


def test_what_is_no_key_of_threefry_is_refused_by_name():
    with pytest.raises(ValueError, match=r"key must be a random key, got 3. jax.random.key\(seed\) makes one"):
        draws.uniform(3, (2,))
    with pytest.raises(ValueError, match="key must be a key of Threefry.*rbg"):
        draws.uniform(jax.random.key(0, impl="rbg"), (2,))
