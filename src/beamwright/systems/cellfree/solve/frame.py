"""Frame in which a search sees its problem: full power is one, users and targets by strength, the strongest target to
one side, phases zero.

A search of many steps makes anything of a last digit. In this frame a problem has the same bits whatever order its
users, targets and paths came in, whichever way an array was mirrored, whatever its common phases and its unit of power:
numbers are rounded to 30 bits, so that what differs by rounding alone is the same problem. Filters and certificates of
the design are made from the numbers as they were given.

Access points are not sorted: an access point's index is its code (see ``physics.ranks``).
"""

from dataclasses import dataclass

import numpy as np

from beamwright.systems.cellfree import physics
from beamwright.systems.cellfree.scene import Known, Scenario
from beamwright.systems.cellfree.solve.search import scenarios

BITS = 30
"""Binary digits of numbers in the frame."""


@dataclass(frozen=True)
class Frame:
    """Paths as the search sees them, and the way in and back."""

    paths: physics.Paths
    aps: np.ndarray
    """(drops, aps) rank of every access point, for random numbers."""
    offsets: np.ndarray
    """(drops, scenarios, aps) that a search begins with, in units of the range; access points take them by rank."""
    order: np.ndarray
    """(drops, users) number of the user that stands here."""
    mirrored: np.ndarray
    """(drops, aps) logical, along the axis."""
    flipped: np.ndarray
    """(drops, aps) logical, across the axis: of antennas in a plane."""
    ap_powers_w: np.ndarray
    """(aps,)."""
    user_power_w: float

    def entered(self, point: physics.Point) -> physics.Point:
        """A person's point in this frame."""
        tx, rx, beams = self._turned(point)
        powers = np.take_along_axis(point.powers, _beside(self.order, point.powers), axis=-1)
        return physics.Point(tx, rx, _over(beams, np.sqrt(self.ap_powers_w)[:, None]), _over(powers, self.user_power_w))

    def restored(self, point: physics.Point) -> physics.Point:
        """A point of this frame as the person who asked sees it."""
        tx, rx, beams = self._turned(point)
        back = _beside(np.argsort(self.order, axis=1), point.powers)
        powers = np.take_along_axis(point.powers, back, axis=-1)
        return physics.Point(tx, rx, beams * np.sqrt(self.ap_powers_w)[:, None], powers * self.user_power_w)

    def _turned(self, point: physics.Point) -> tuple[np.ndarray, ...]:
        turn = self.mirrored[..., None]
        layouts = (np.where(turn, _mirrored(at[..., ::-1], -1.0), at) for at in (point.tx, point.rx))
        if np.iscomplexobj(point.tx):
            layouts = (np.where(self.flipped[..., None], np.conj(at), at) for at in layouts)
        return *layouts, np.where(_beside(turn, point.beams), point.beams[..., ::-1], point.beams)


def frame_of(s: Scenario, known: Known, assumed: np.ndarray | None = None) -> Frame:
    """Frame of checked knowledge; ``assumed`` offsets (drops, aps), in units of the range, instead of a set of them."""
    ranks = physics.canonical_ranks(known)
    offsets = np.moveaxis(scenarios(s.radio)[:, ranks.aps], 0, 1)
    if assumed is not None:
        offsets = np.broadcast_to(assumed[:, None], offsets.shape)
    order, targets = np.argsort(ranks.users, axis=1), np.argsort(ranks.targets, axis=1)[..., None]
    given = physics.placed_paths(s, physics.paths_of(known), physics.sample_places(s, physics.RINGS))
    if s.displaced:  # one target, whose places keep their order
        targets = np.tile(np.arange(given.echo_gain.shape[1])[:, None], (len(order), 1, 1))
    echo = np.take_along_axis(given.echo_gain, _beside(targets[..., None], given.echo_gain), axis=-3)
    cosine = np.take_along_axis(given.target_cosine, targets, axis=1)
    mirrored, flipped = cosine[:, 0].real < 0, cosine[:, 0].imag < 0
    sign, side = np.where(mirrored, -1.0, 1.0), np.where(flipped, -1.0, 1.0)
    users = order[:, :, None, None]
    uplink, up = _sorted(
        np.take_along_axis(given.uplink_gain, _beside(users, given.uplink_gain), axis=-3),
        _mirrored(
            np.take_along_axis(given.uplink_cosine, users, axis=1), sign[:, None, :, None], side[:, None, :, None]
        ),
    )
    direct, rx, tx = _sorted(
        given.direct_gain,
        _mirrored(given.direct_rx_cosine, sign[:, :, None, None], side[:, :, None, None]),
        _mirrored(given.direct_tx_cosine, sign[:, None, :, None], side[:, None, :, None]),
    )
    first = (0,) if s.subcarriers > 1 else ()  # whose phases are those of all: others turn with the delays
    phase, loudest = _phase(direct[:, *first].reshape(len(direct), -1)), np.sqrt(s.ap_powers_w)
    own = _phase(uplink[:, *first].reshape(*order.shape, s.aps * uplink.shape[-1]))[..., None, None]
    phase = phase.reshape(-1, *(1,) * (direct.ndim - 1))
    paths = physics.Paths(
        uplink_gain=np.sqrt(s.user_power_w) * uplink / _beside(own, uplink),
        uplink_cosine=up, direct_gain=loudest[:, None] * direct / phase, direct_rx_cosine=rx,
        direct_tx_cosine=tx, echo_gain=loudest * echo / phase,
        target_cosine=_mirrored(cosine, sign[:, None], side[:, None]),
        sight=given.sight if given.sight.ndim == 2 else np.take_along_axis(given.sight, targets[..., None], axis=1),
    )  # fmt: skip
    rounded = physics.Paths(*(_rounded(each) for each in paths))
    return Frame(rounded, ranks.aps, offsets, order, mirrored, flipped, s.ap_powers_w, s.user_power_w)


def _mirrored(places: np.ndarray, sign: np.ndarray | float, side: np.ndarray | float = 1.0) -> np.ndarray:
    """Places or directions with the sign of their first coordinate, and of the second where they have one."""
    if not np.iscomplexobj(places):
        return places * sign
    return places.real * sign + 1j * places.imag * side


def _sorted(gain: np.ndarray, *others: np.ndarray) -> list[np.ndarray]:
    """Gains (..., paths) from the strongest to the weakest path, and what belongs to them."""
    size = np.abs(gain)
    size = np.sqrt(np.mean(size**2, axis=1)) if gain.ndim > 4 else size  # over all subcarriers
    order = np.argsort(-_rounded(size), axis=-1, kind="stable")
    return [np.take_along_axis(each, _beside(order, each), axis=-1) for each in (gain, *others)]


def _beside(values: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Values (drops, ...) with an axis for the subcarriers where the others have one more."""
    return values[:, None] if others.ndim > values.ndim else values


def _phase(gains: np.ndarray) -> np.ndarray:
    """Phase factor of the strongest of gains (..., any), 1 where all are zero."""
    strongest = np.take_along_axis(gains, np.abs(gains).argmax(axis=-1)[..., None], axis=-1)[..., 0]
    size = np.abs(strongest)
    return np.where(size > 0, strongest / np.where(size > 0, size, 1.0), 1.0)


def _rounded(values: np.ndarray) -> np.ndarray:
    """Numbers to ``BITS`` binary digits; of complex ones both parts have the last digit of the modulus."""
    digit = np.ldexp(1.0, np.frexp(np.abs(values))[1] - BITS)
    if not np.iscomplexobj(values):
        return np.round(values / digit) * digit
    return (np.round(values.real / digit) + 1j * np.round(values.imag / digit)) * digit


def _over(values: np.ndarray, unit: np.ndarray | float) -> np.ndarray:
    return np.divide(values, unit, out=np.zeros_like(values), where=np.broadcast_to(unit > 0, values.shape))
