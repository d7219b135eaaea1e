"""Lanes in tiles: the same answers whatever the batch, the tile and the number of threads."""

import threading

import jax
import numpy as np
import pytest

from beamwright.numerics import THREADS, in_tiles, one_by_one, threads


def test_tiles_are_joined_in_order_whatever_the_number_of_threads(monkeypatch):
    function = jax.jit(lambda x, y: {"sum": x + y[:, 0], "product": x * y[:, 1]})
    x, y = np.arange(23.0), np.random.default_rng(0).standard_normal((23, 2))
    for count in ("1", "2", "7"):
        monkeypatch.setenv(THREADS, count)
        for tile in (1, 4, 23, 64):
            found = in_tiles(function, tile, x, y)
            np.testing.assert_array_equal(found["sum"], x + y[:, 0])
            np.testing.assert_array_equal(found["product"], x * y[:, 1])


@pytest.mark.parametrize(("lanes", "count"), [(1, "2"), (5, "1"), (23, "2"), (23, "7")])
def test_counted_tiles_skip_what_only_fills_them_up(monkeypatch, lanes, count):
    monkeypatch.setenv(THREADS, count)
    seen = []

    def one(x, y):
        jax.debug.callback(lambda value: seen.append(float(value)), x)
        return {"sum": x + y[0], "row": y * x}

    x, y = np.arange(1.0, lanes + 1), np.random.default_rng(0).standard_normal((lanes, 3))
    found = in_tiles(one_by_one(one), 8, x, y, counted=True)
    np.testing.assert_array_equal(found["sum"], x + y[:, 0])
    np.testing.assert_array_equal(found["row"], y * x[:, None])
    jax.effects_barrier()
    assert sorted(seen) == x.tolist()


def test_tiles_run_side_by_side_once_compiled(monkeypatch):
    monkeypatch.setenv(THREADS, "2")
    both = threading.Barrier(2, timeout=30)

    def meet(x):
        both.wait()  # passed only by two tiles at a time
        return x

    @jax.jit
    def function(x):
        return jax.pure_callback(meet, jax.ShapeDtypeStruct(x.shape, x.dtype), x) if x.shape[0] == 3 else x

    first = threading.Thread(target=both.wait)  # the tile that compiles runs alone: this meets it
    first.start()
    np.testing.assert_array_equal(in_tiles(function, 3, np.arange(9.0)), np.arange(9.0))
    first.join()


def test_no_number_of_threads_means_one_per_core(monkeypatch):
    monkeypatch.delenv(THREADS, raising=False)
    default = threads()
    monkeypatch.setenv(THREADS, "")
    assert threads() == default >= 1


@pytest.mark.parametrize("value", ["0", "many", "-1", "2.5", "99999999"])
def test_a_number_of_threads_that_is_none_is_refused(monkeypatch, value):
    monkeypatch.setenv(THREADS, value)
    with pytest.raises(ValueError, match=f"BEAMWRIGHT_THREADS must be a whole number from 1 to 1024, got '{value}'"):
        threads()
