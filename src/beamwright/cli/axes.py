"""Which axis of a file's array is which: the documented order, an order that is told, or a proposal that works."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, permutations

import numpy as np

from beamwright.core import Input, require

ONE, PARTS = "1", "parts"
"""In ``--axes``: an axis of length one that is dropped; real part and imaginary part."""
MOST_PROPOSALS = 4


@dataclass(frozen=True)
class Want:
    """The axes an array must get, with the sizes that are known."""

    name: str
    given: Input
    sizes: Mapping[str, int]
    """By axis; one that is not listed may have any size."""
    pool: bool = False
    """No drops are in the file: users are a pool of any size."""

    @property
    def labels(self) -> tuple[str, ...]:
        """The names of the axes, told apart where two are called the same: aps1, aps2."""
        names = self.given.axes.split()
        return tuple(n if names.count(n) == 1 else f"{n}{names[: at + 1].count(n)}" for at, n in enumerate(names))

    @property
    def without_drops(self) -> tuple[str, ...]:
        """For a file with one drop, or a pool."""
        return tuple(label for label in self.labels if label != "drops")

    def axis(self, label: str) -> str:
        """``aps`` of ``aps2``."""
        return label if label in self.given.axes.split() else label.rstrip("0123456789")

    def size(self, label: str) -> int | None:
        """Length of the axis; None: any."""
        fixed = {ONE: 1, PARTS: 2}
        return fixed[label] if label in fixed else self.sizes.get(self.axis(label))

    def fits(self, shape: Sequence[int], labels: Sequence[str]) -> bool:
        """Whether an array of this shape can have these axes; one number may stand for all where that is allowed."""
        sizes = [self.size(label) for label in labels]
        return all(w in (None, n) or (self.given.spread and n == 1) for n, w in zip(shape, sizes, strict=True))


def parse_axes(texts: Sequence[str], inputs: Mapping[str, Input]) -> dict[str, tuple[str, ...]]:
    """``["users antennas drops"]``, for every array that has these axes, or ``["h=users antennas"]``, by array.

    Returns: the order in the file by name of the array. Raises ValueError naming what is not an axis.
    """
    orders: dict[str, tuple[str, ...]] = {}
    for text in texts:
        name, equals, order = text.partition("=")
        chosen = [name.strip()] if equals else list(inputs)
        require(chosen[0] in inputs, "--axes", f"name an array of the system ({', '.join(inputs)})", chosen[0])
        tokens = (order if equals else text).replace(",", " ").split()
        known = {label for one in chosen for label in _known(inputs[one])}
        odd = [token for token in tokens if token not in known]
        rule = (
            f"name axes out of {', '.join(sorted(known - {ONE, PARTS}))}, {ONE} (to drop) or {PARTS} (real, imaginary)"
        )
        require(bool(tokens) and not odd, "--axes", rule, " ".join(odd) or "none")
        most = {token: max(inputs[one].axes.split().count(token) for one in chosen) for token in tokens}
        twice = [token for token in tokens if token != ONE and tokens.count(token) > max(most[token], 1)]
        require(not twice, "--axes", "name each axis once", order if equals else text)
        for one in chosen:
            orders[one] = _numbered(tokens, Want(one, inputs[one], {}))
    return orders


def arranged(array: np.ndarray, want: Want, order: Sequence[str] | None) -> np.ndarray | None:
    """The array with the axes that are wanted, with or without drops; one number stays one. None: it does not fit."""
    if order is not None:
        return _reordered(array, want, order)
    for labels in sorted((want.labels, want.without_drops), key=lambda one: (len(one) != array.ndim, want.pool)):
        shape = _squeezed(array.shape, labels, want)
        if shape is not None and not (want.pool and "drops" in labels):
            return array.reshape(shape)
    return array.reshape(()) if want.given.spread and array.size == 1 else None


def is_ambiguous(array: np.ndarray, want: Want) -> bool:
    """Whether real numbers could be amplitudes or, on an axis of length two, their real and imaginary parts."""
    return PARTS in {
        token for found in _interpretations(array, want, frozenset()) for token in found.tokens if found.exact
    }


def proposals(array: np.ndarray, want: Want, settable: frozenset[str], alone: bool) -> list[list[str]]:
    """Options of a command line, each list of which reads the array; the best ones, the documented order first.

    ``settable`` are sizes the scenario can be given; ``alone``: the system has no other array.
    """
    found = list(_interpretations(array, want, settable))
    fewest = min((len(one.changes) for one in found), default=0)
    best = [one for one in found if len(one.changes) == fewest]
    twofold = is_ambiguous(array, want)
    best.sort(key=lambda one: (not one.natural, not one.in_order))
    return [one.words(want, alone, twofold) for one in best][:MOST_PROPOSALS]


@dataclass(frozen=True)
class _Interpretation:
    """One way to name the axes."""

    tokens: tuple[str, ...]
    changes: Mapping[str, int]
    in_order: bool
    """As documented, but for axes that are missing."""
    natural: bool
    """Read so without being told."""

    @property
    def exact(self) -> bool:
        return not self.changes

    def words(self, want: Want, alone: bool, twofold: bool) -> list[str]:
        order = " ".join(want.axis(token) if token not in (ONE, PARTS) else token for token in self.tokens)
        named = (
            [] if self.natural and not twofold else [f'--axes "{order}"' if alone else f'--axes "{want.name}={order}"']
        )
        return named + [f"--set {axis}={size}" for axis, size in self.changes.items()]


def _interpretations(array: np.ndarray, want: Want, settable: frozenset[str]) -> Iterator[_Interpretation]:
    """Every way to name the axes of the array that are longer than one, with the sizes that would have to be set."""
    long = [at for at, size in enumerate(array.shape) if size != 1]
    labels = want.without_drops if want.pool else want.labels
    apart = want.given.kind == "amplitude" and array.dtype.kind != "c"
    for chosen in permutations((*labels, *((PARTS,) if apart else ())), len(long)) if len(long) <= 6 else ():
        at = dict(zip(chosen, long, strict=True))
        changes = _changes(array.shape, at, want, labels, settable)
        numbered = [label for label in chosen if label not in want.given.axes.split() and label != PARTS]
        if changes is not None and numbered == sorted(numbered):
            tokens = tuple(next((label for label, axis in at.items() if axis == a), ONE) for a in range(array.ndim))
            in_order = [t for t in labels if t in tokens] == [t for t in tokens if t != ONE]
            after = replace(want, sizes={**want.sizes, **changes})
            natural = in_order and arranged(array, after, None) is not None
            yield _Interpretation(tokens, changes, in_order, natural)


def _changes(
    shape: tuple[int, ...], at: Mapping[str, int], want: Want, labels: Sequence[str], settable: frozenset[str]
) -> dict[str, int] | None:
    """Sizes to set so that the axes fit; None where they cannot."""
    changes: dict[str, int] = {}
    if PARTS in at and shape[at[PARTS]] != 2:
        return None
    for label in labels:
        size, axis = shape[at[label]] if label in at else 1, want.axis(label)
        if want.size(label) in (None, size) or (want.given.spread and size == 1):
            continue
        if label not in at or axis not in settable or changes.get(axis, size) != size:
            return None
        changes[axis] = size
    return changes


def _reordered(array: np.ndarray, want: Want, order: Sequence[str]) -> np.ndarray | None:
    shape = array.shape + (1,) * (len(order) - array.ndim)  # MATLAB drops the last axes of length one
    squeezed = _squeezed(shape, order, want)
    if squeezed is None:
        return None
    array = array.reshape(squeezed)
    if PARTS in order:
        require(array.dtype.kind != "c", want.name, f"be real where an axis is {PARTS}", "complex numbers")
        real, imaginary = np.moveaxis(array, list(order).index(PARTS), 0)
        array = real + 1j * imaginary
    left = [token for token in order if token != PARTS]
    array = array.reshape([n for n, token in zip(array.shape, left, strict=True) if token != ONE])
    left = [token for token in left if token != ONE]
    labels = want.labels if "drops" in left else want.without_drops
    array = np.transpose(array, [left.index(label) for label in labels if label in left])
    array = np.expand_dims(array, [at for at, label in enumerate(labels) if label not in left])
    return array if want.fits(array.shape, labels) else None


def _squeezed(shape: tuple[int, ...], labels: Sequence[str], want: Want) -> tuple[int, ...] | None:
    """The shape without as many axes of length one as there are too many, if just one way fits."""
    long = [at for at, size in enumerate(shape) if size != 1]
    found = set()
    for places in combinations(range(len(labels)), len(long)) if len(shape) >= len(labels) >= len(long) else ():
        ends = zip((-1, *long), (*long, len(shape)), (-1, *places), (*places, len(labels)), strict=True)
        new = tuple(shape[long[places.index(at)]] if at in places else 1 for at in range(len(labels)))
        if all(right - left >= after - before for left, right, before, after in ends) and want.fits(new, labels):
            found.add(new)
    return found.pop() if len(found) == 1 else None


def _known(given: Input) -> set[str]:
    return {*given.axes.split(), *Want("", given, {}).labels, ONE, PARTS}


def _numbered(tokens: Sequence[str], want: Want) -> tuple[str, ...]:
    """The tokens that are axes of this array, told apart; those without a meaning of their own if it has all others."""
    names = want.given.axes.split()
    told: list[str] = []
    for at, token in enumerate(tokens):
        number = list(tokens[: at + 1]).count(token)
        if token in names and number <= names.count(token):
            told.append(f"{token}{number}" if names.count(token) > 1 else token)
        elif token in want.labels and token not in names:
            told.append(token)
    others = [token for token in tokens if token not in (ONE, PARTS)]
    if len(told) == len(others):
        spare = iter(told)
        told = [token if token in (ONE, PARTS) else next(spare) for token in tokens]
    return tuple(told)
