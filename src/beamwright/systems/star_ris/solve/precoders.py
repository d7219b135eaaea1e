"""Precoders for given statistics and surface, by name or brought along (spec star_ris, section 4)."""

from dataclasses import dataclass, replace
from typing import Literal, cast, get_args

import numpy as np
from numpy.typing import ArrayLike

from beamwright.core import as_array, plain_array, require
from beamwright.systems.star_ris.physics import closed_forms, model
from beamwright.systems.star_ris.scene import Statistics
from beamwright.systems.star_ris.solve import max_min, wmmse

Closed = Literal["mrt", "zf", "rzf", "identity"]
"""Closed forms for the mean channels."""
ForSum = Literal["mrt", "zf", "rzf", "identity", "wmmse"]
ForLeast = Literal["mrt", "zf", "rzf", "identity", "max-min"]
Kind = Literal["mrt", "zf", "rzf", "identity", "wmmse", "max-min"]
"""The others are iterative: of largest sum rate, and of largest least rate."""
Precoding = Kind | ArrayLike
"""By name, or W (drops, antennas, users) or (antennas, users) in sqrt(W), which stays as it is."""


def precoder(known: Statistics, u: np.ndarray, kind: Kind, share: ArrayLike = 1.0) -> np.ndarray:
    """W (drops, antennas, users) of power P in all, or in every slot where sides take turns (``share`` < 1).

    Raises: ValueError for an unknown kind, zf with more users than antennas or dependent mean channels, identity with
            more users than antennas.
    """
    require(kind in get_args(Kind), "precoder", f"be one of {', '.join(get_args(Kind))}", repr(kind))
    shares = np.broadcast_to(np.asarray(share, float), known.side.shape)
    if kind == "wmmse":
        return wmmse.wmmse(known, u, shares)
    if kind == "max-min":
        return max_min.max_min(known, u, shares)
    return closed_forms.closed_form(known, u, kind, shares)


@dataclass(frozen=True)
class PrecoderRule:
    """Rule for the precoder of a surface: a kind, or one that stays as it is."""

    kind: Kind | None
    own: np.ndarray | None = None
    """(drops, antennas, users), where it was brought along."""
    balanced: bool = False
    """Whether the powers of a closed form are those of largest least SINR, not equal ones."""

    def __call__(self, known: Statistics, u: np.ndarray, share: np.ndarray) -> np.ndarray:
        """W (drops, antennas, users) for the surfaces u."""
        if self.kind is None:
            assert self.own is not None
            return self.own.copy()
        w = precoder(known, u, self.kind, share)
        return max_min.balanced(known, u, w, share) if self.balanced and self.kind in get_args(Closed) else w

    def take(self, index: np.ndarray) -> "PrecoderRule":
        """The rule for some drops."""
        return self if self.own is None else replace(self, own=self.own[index])


def precoder_rule(
    known: Statistics,
    precoding: Precoding,
    share: np.ndarray,
    kinds: object = Kind,
    name: str = "precoder",
    balanced: bool = False,
) -> PrecoderRule:
    """The rule for a precoder: one of ``kinds``, or an array of one's own.

    Raises: ValueError naming the kind that is not offered, or the array's shape, an entry that is not finite, or power
            beyond the budget (of a slot, where sides take turns).
    """
    if isinstance(precoding, str):
        closed = "a closed form: " if kinds is Closed else ""
        rule = f"be {closed}{', '.join(get_args(kinds))} (or an array of antennas and users)"
        require(precoding in get_args(kinds), name, rule, repr(precoding))
        return PrecoderRule(cast(Kind, precoding), balanced=balanced)
    drops, users, antennas = known.direct_mean.shape
    w = plain_array(precoding, name)
    w = np.broadcast_to(w, (drops, *w.shape)) if w.ndim == 2 else w
    w = as_array(w, name, "drops antennas users", complex, drops=drops, antennas=antennas, users=users)
    used = float(np.max(model.slot_powers(known, w, share) / known.power_w[:, None]))
    require(used <= 1 + 1e-9, name, "keep to the power", f"{used:.6g} times power_w", "Scale it down.")
    return PrecoderRule(None, np.ascontiguousarray(w))
