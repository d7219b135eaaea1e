"""Arrays that do not fit: what was wanted, what was found, and the options that read them."""

from collections.abc import Mapping, Sequence

import numpy as np

from beamwright.cli.axes import Want, arranged, proposals


def misfit(
    raw: Mapping[str, np.ndarray],
    turned: Mapping[str, np.ndarray],
    wants: Mapping[str, Want],
    told: Mapping[str, Sequence[str]],
    instead: Sequence[str],
    settable: frozenset[str],
) -> str:
    """One line about the arrays ``wants`` names.

    Args:    raw as in the file, turned as asked for, told the orders asked for, instead the options that turned them.
    Returns: the line; what it proposes reads the arrays ``raw``, in place of ``instead``.
    """
    name, want = next(iter(wants.items()))
    labels = want.without_drops if want.pool else tuple(want.given.axes.split())
    axes, sizes = " ".join(labels), ", ".join(str(want.size(label) or "any") for label in labels)
    order = told.get(name)
    if want.pool and arranged(turned[name], Want(name, want.given, want.sizes), order) is not None:
        return f"{name} must be a pool with axes ({axes}) where random groups are drawn (--drops), got shape " \
               f"{turned[name].shape}. Leave --drops out"  # fmt: skip
    read = f", read as ({' '.join(order)})" if order else ""
    line = f"{name} must have axes ({axes}) of sizes ({sizes}), got shape {turned[name].shape}{read}"
    if order is None and arranged(turned[name], want, None) is not None:
        line = (
            f"{name} must be complex, got real numbers of shape {turned[name].shape}, two of which may be parts of one"
        )
    alone = len(raw) == 1
    ways = {one: proposals(raw[one], wants[one], settable, alone) for one in wants}
    if not ways[name]:
        return f"{line}. Name the axes of the file in their order with --axes, or save the array with these axes only"
    place = f" (in place of {' and '.join(instead)})" if instead else ""
    first = " ".join(dict.fromkeys(word for way in ways.values() if way for word in way[0]))
    if all(len(way) == 1 for way in ways.values()):
        return f"{line}. Try {first}{place}{_groups(ways[name][0], want)}"
    if len(ways) > 1:
        return (
            f"{line}. If all axes are in the order of beamwright show, without those of length one, try {first}{place}"
        )
    return f"{line}. Which axis is which? {', or '.join(' '.join(way) for way in ways[name])}{place}"


def _groups(words: Sequence[str], want: Want) -> str:
    """Users that are too many may be a pool."""
    many = any(word.startswith("--set users=") for word in words)
    lone = len(words) == (2 if any(word.startswith("--axes") for word in words) else 1)
    return ", or --drops N in place of --set, for random groups of users" if many and lone and not want.pool else ""
