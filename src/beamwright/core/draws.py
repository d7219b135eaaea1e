"""Random numbers of JAX's own generator, without its compiler: the same keys and bits as ``jax.random``, by NumPy.

    words = Threefry-2x32(key, counter), 20 rounds         Salmon et al., "Parallel random numbers: as easy as 1, 2, 3"

A program of a dozen draws keeps XLA busy for seconds, for every new shape; NumPy answers at once, and gives a drop the
same bits in any batch. Keys and uniform numbers on [0, 1) are those of ``jax.random`` to the bit, normal ones to
rounding (SciPy's inverse error function is used). Where a compiled program draws by itself, it uses ``jax.random``.
"""

from math import prod

import jax
import jax.numpy as jnp
import numpy as np
from scipy import special

from beamwright.core.checks import require
from beamwright.core.ranges import brief

_GENERATOR = "threefry2x32"
_PARITY = np.uint32(0x1BD11BDA)
_ROTATIONS = ((13, 15, 26, 6), (17, 29, 16, 24))
_BLOCK = 1 << 14
"""Counters that are hashed together: what they need stays in a core's cache."""
_LOWEST = np.nextafter(-1.0, 0.0)
"""Uniform numbers become normal ones from here to 1: at -1 the inverse error function is infinite."""


def key(seed: int) -> jax.Array:
    """``jax.random.key(seed)`` of a seed from 0 to 2^63 - 1."""
    return _keys(np.array([seed >> 32, seed & 0xFFFFFFFF], np.uint32))


def fold_in(keys: jax.Array, number: int | np.ndarray) -> jax.Array:
    """``jax.random.fold_in`` of every key, the numbers, which count modulo 2^32, broadcast against the keys."""
    words, number = _words(keys), np.asarray(number).astype(np.int64).astype(np.uint32)
    shape = np.broadcast_shapes(words.shape[:-1], number.shape)
    key = np.broadcast_to(words, (*shape, 2)).reshape(-1, 2)
    counter = np.broadcast_to(number, shape).reshape(-1)
    hashed = _hash(key[:, 0], key[:, 1], np.zeros_like(counter), counter)
    return _keys(np.stack(hashed, axis=-1).reshape(*shape, 2))


def split(keys: jax.Array, count: int = 2) -> list[jax.Array]:
    """``jax.random.split`` of every key: ``count`` arrays of keys, each of the shape of ``keys``."""
    words = np.stack(_counted(_words(keys), (count,)), axis=-1)
    return [_keys(words[..., i, :]) for i in range(count)]


def uniform(keys: jax.Array, shape: tuple[int, ...], low: float = 0.0, high: float = 1.0) -> np.ndarray:
    """Uniform numbers in [low, high), (*keys, *shape): ``jax.random.uniform`` of every key."""
    first, second = _counted(_words(keys), shape)
    bits = (first.astype(np.uint64) << np.uint64(32)) | second
    unit = (bits >> np.uint64(12) | np.uint64(0x3FF0000000000000)).view(np.float64) - 1.0  # 52 bits of a mantissa
    return np.maximum(low, unit * (high - low) + low)


def normal(keys: jax.Array, shape: tuple[int, ...]) -> np.ndarray:
    """Standard normal numbers, (*keys, *shape): ``jax.random.normal`` of every key, to rounding."""
    return np.sqrt(2.0) * special.erfinv(uniform(keys, shape, _LOWEST, 1.0))


def complex_normal(keys: jax.Array, shape: tuple[int, ...]) -> np.ndarray:
    """CN(0, 1) numbers, (*keys, *shape), real and imaginary part of variance 1/2 each."""
    real, imaginary = split(keys)
    return (normal(real, shape) + 1j * normal(imaginary, shape)) / np.sqrt(2.0)


def _keys(words: np.ndarray) -> jax.Array:
    return jax.random.wrap_key_data(jax.device_put(words), impl=_GENERATOR)


def _words(keys: jax.Array) -> np.ndarray:
    """The two words of every key, (*keys, 2). Raises ValueError naming ``key`` where it is none of Threefry."""
    dtype = getattr(keys, "dtype", None)
    is_key = dtype is not None and jnp.issubdtype(dtype, jax.dtypes.prng_key)
    require(is_key, "key", "be a random key", brief(keys), "jax.random.key(seed) makes one")
    kind = str(jax.random.key_impl(keys))
    remedy = f"jax.random.key(seed, impl={_GENERATOR!r}) makes one"
    require(_GENERATOR in kind, "key", "be a key of Threefry, JAX's usual generator", kind, remedy)
    return np.asarray(jax.random.key_data(keys))


def _counted(words: np.ndarray, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Both hashed words of the counters 0, 1, ... of a shape under every key, (*keys, *shape) each."""
    keys, count = words.reshape(-1, 2), prod(shape)
    out = np.empty((2, len(keys), count), np.uint32)
    rows = max(1, _BLOCK // max(count, 1))  # keys at a time
    for row in range(0, len(keys), rows):
        key = keys[row : row + rows, :, None]
        for start in range(0, count, _BLOCK):
            counter = np.arange(start, min(start + _BLOCK, count), dtype=np.uint64)
            high, low = (counter >> np.uint64(32)).astype(np.uint32), counter.astype(np.uint32)
            out[:, row : row + rows, start : start + _BLOCK] = _hash(key[:, 0], key[:, 1], high, low)
    return tuple(out.reshape(2, *words.shape[:-1], *shape))


def _hash(key0: np.ndarray, key1: np.ndarray, high: np.ndarray, low: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Threefry-2x32 with 20 rounds of counters under keys, broadcast; sums are modulo 2^32."""
    schedule = (key0, key1, key0 ^ key1 ^ _PARITY)
    x, y = high + schedule[0], low + schedule[1]
    carried = np.empty_like(y)
    for five in range(1, 6):
        for turn in _ROTATIONS[(five - 1) % 2]:
            x += y
            np.right_shift(y, np.uint32(32 - turn), out=carried)
            np.left_shift(y, np.uint32(turn), out=y)
            y |= carried
            y ^= x
        x += schedule[five % 3]
        y += schedule[(five + 1) % 3] + np.uint32(five)
    return x, y
