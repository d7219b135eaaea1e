"""Random numbers of JAX's own generator, without its compiler: the same keys and bits as ``jax.random``, by NumPy.

    words = Threefry-2x32(key, counter), 20 rounds         Salmon et al., "Parallel random numbers: as easy as 1, 2, 3"

A program of a dozen draws keeps XLA busy for seconds, for every new shape; NumPy answers at once, and gives a drop the
same bits in any batch. Keys and uniform numbers on [0, 1) are those of ``jax.random`` to the bit, normal ones to
rounding (SciPy's inverse error function is used). Where a compiled program draws by itself, it uses ``jax.random``.
"""

from math import prod

import jax
import numpy as np
from scipy import special

from beamwright.core.checks import require
from beamwright.core.ranges import brief

_GENERATOR = "threefry2x32"
_PARITY = np.uint32(0x1BD11BDA)
_ROTATIONS = ((13, 15, 26, 6), (17, 29, 16, 24))
_BLOCK = 1 << 14
"""Counters that are hashed together: what they need stays in a core's cache."""
_HALF, _ONE = np.uint64(32), np.uint64(0x3FF0000000000000)
"""Bits of a word, and those of 1.0, whose mantissa of 52 bits is to be filled."""
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
    bits = _bits(_words(keys), (count,))
    words = np.stack([bits >> _HALF, bits], axis=-1).astype(np.uint32)  # which keeps the lower half
    return [_keys(words[..., i, :]) for i in range(count)]


def uniform(keys: jax.Array, shape: tuple[int, ...], low: float = 0.0, high: float = 1.0) -> np.ndarray:
    """Uniform numbers in [low, high), (*keys, *shape): ``jax.random.uniform`` of every key."""
    bits = _bits(_words(keys), shape)
    bits >>= np.uint64(12)
    bits |= _ONE
    numbers = bits.view(np.float64)  # in [1, 2); in place from here on, as batches are large
    numbers -= 1.0
    numbers *= high - low
    numbers += low
    return np.maximum(numbers, low, out=numbers)


def normal(keys: jax.Array, shape: tuple[int, ...]) -> np.ndarray:
    """Standard normal numbers, (*keys, *shape): ``jax.random.normal`` of every key, to rounding."""
    numbers = uniform(keys, shape, _LOWEST, 1.0)
    special.erfinv(numbers, out=numbers)
    numbers *= np.sqrt(2.0)
    return numbers


def complex_normal(keys: jax.Array, shape: tuple[int, ...]) -> np.ndarray:
    """CN(0, 1) numbers, (*keys, *shape), real and imaginary part of variance 1/2 each."""
    real, imaginary = split(keys)
    numbers = np.empty((*real.shape, *shape), complex)
    numbers.real, numbers.imag = normal(real, shape), normal(imaginary, shape)
    numbers /= np.sqrt(2.0)
    return numbers


def _keys(words: np.ndarray) -> jax.Array:
    return jax.random.wrap_key_data(jax.device_put(words), impl=_GENERATOR)


def _words(keys: jax.Array) -> np.ndarray:
    """The two words of every key, (*keys, 2). Raises ValueError naming ``key`` where it is none of Threefry."""
    dtype = getattr(keys, "dtype", None)
    is_key = dtype is not None and jax.dtypes.issubdtype(dtype, jax.dtypes.prng_key)
    require(is_key, "key", "be a random key", brief(keys), "jax.random.key(seed) makes one")
    kind = str(jax.random.key_impl(keys))
    remedy = f"jax.random.key(seed, impl={_GENERATOR!r}) makes one"
    require(_GENERATOR in kind, "key", "be a key of Threefry, JAX's usual generator", kind, remedy)
    return np.asarray(jax.random.key_data(keys))


def _bits(words: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """64 bits, both hashed words, of the counters 0, 1, ... of a shape under every key, (*keys, *shape)."""
    keys, count = words.reshape(-1, 2), prod(shape)
    bits = np.empty((len(keys), count), np.uint64)
    rows = max(1, _BLOCK // max(count, 1))  # keys at a time
    for row in range(0, len(keys), rows):
        key = keys[row : row + rows, :, None]
        for start in range(0, count, _BLOCK):
            counter = np.arange(start, min(start + _BLOCK, count), dtype=np.uint64)
            high, low = (counter >> _HALF).astype(np.uint32), counter.astype(np.uint32)
            first, second = _hash(key[:, 0], key[:, 1], high, low)
            bits[row : row + rows, start : start + _BLOCK] = first.astype(np.uint64) << _HALF | second
    return bits.reshape(*words.shape[:-1], *shape)


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
