"""Users of a file: those that are blocked, and random groups of the others."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from beamwright.core import COMPLEX, Input, drop_keys, require, require_memory, root_key

Arrays = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Blocked:
    """Users without a channel: zero, or not a number, throughout."""

    where: np.ndarray
    """(drops or 1, users) true where a user is blocked."""
    zero: bool
    """Whether all of them are zero, which can be computed with."""
    drops: bool
    """Whether the file has drops: then it is they that are left out."""

    def __bool__(self) -> bool:
        return bool(self.where.any())

    @property
    def words(self) -> str:
        """``2 of 12 users (3, 7)``."""
        at = np.argwhere(self.where)
        names = [f"{user} of drop {drop}" if self.drops else str(user) for drop, user in at[:6].tolist()]
        return f"{len(at)} of {self.where.size} users ({', '.join(names)}{', ...' if len(at) > 6 else ''})"


def has_users(given: Input) -> bool:
    """Whether an array has one row per user."""
    return "users" in given.axes.split()


def find_blocked(arrays: Arrays, inputs: Mapping[str, Input]) -> Blocked | None:
    """The users all of whose amplitudes are zero or all NaN; None for a system without users."""
    blocked: np.ndarray | None = None
    zero, drops = True, False
    for name, given in inputs.items():
        if given.kind != "amplitude" or not has_users(given):
            continue
        array, names = arrays[name], given.axes.split()
        batch = array if array.ndim == len(names) else array[None]
        rows = np.moveaxis(batch, names.index("users"), 1).reshape(len(batch), batch.shape[names.index("users")], -1)
        empty = np.all(rows == 0, axis=-1)
        gone = empty | np.all(np.isnan(rows), axis=-1)
        blocked = gone if blocked is None else blocked & gone
        zero, drops = zero and not (gone & ~empty).any(), drops or array.ndim == len(names)
    return None if blocked is None else Blocked(blocked, zero, drops)


def without_blocked(arrays: Arrays, inputs: Mapping[str, Input], blocked: Blocked) -> dict[str, np.ndarray]:
    """Without the users that are blocked; in a file with drops, without the drops they are in."""
    rows: np.ndarray = ~np.any(blocked.where, axis=1) if blocked.drops else ~blocked.where[0]
    require(bool(rows.any()), "--skip-blocked", "leave something", "a file in which all are blocked")
    kept = dict(arrays)
    for name, given in inputs.items():
        names = given.axes.split()
        if blocked.drops and arrays[name].ndim == len(names):
            kept[name] = arrays[name][rows] if len(arrays[name]) == len(rows) else arrays[name]
        elif not blocked.drops and has_users(given):
            kept[name] = np.compress(rows, arrays[name], axis=names.index("users") - 1)
    return kept


def draw_groups(
    arrays: Arrays, inputs: Mapping[str, Input], users: int, groups: int, seed: int
) -> dict[str, np.ndarray]:
    """Random groups of users, the same in every array; what has no users is repeated. Group i depends on seed and i."""
    import jax

    at = {name: given.axes.split().index("users") - 1 for name, given in inputs.items() if has_users(given)}
    pools = {name: arrays[name].shape[axis] for name, axis in at.items()}
    require(len(set(pools.values())) == 1, "users", "be as many in every channel of the file", pools)
    pool = next(iter(pools.values()))
    require(pool >= users, "users", f"be at most the {pool} in the file", users)
    each = users + pool + sum(arrays[name].size for name in arrays if name not in at)
    require_memory(COMPLEX * groups * each, groups=groups, users=users)
    draw = jax.vmap(lambda key: jax.random.permutation(key, pool)[:users])
    chosen = np.asarray(draw(drop_keys(root_key(seed), groups)))
    return {
        name: np.moveaxis(np.take(array, chosen, axis=at[name]), at[name], 0)
        if name in at
        else np.repeat(array[None], groups, 0)
        for name, array in arrays.items()
    }
