"""Frame in which a search sees its problem: groups in an order of their own, users more to the left than to the right.

A search of many steps makes anything of a last digit. In this frame a problem has the same bits whatever order its
groups came in and whichever way it was mirrored, and so has its result.
"""

from dataclasses import dataclass, replace

import numpy as np

from beamwright.channels import LINE_OF_SIGHT
from beamwright.systems.dma_noma.physics import Known, Scenario
from beamwright.systems.dma_noma.solve.search import SearchResult
from beamwright.uncertainty import MIRROR


@dataclass(frozen=True)
class Frame:
    """What the designer knows, in order and mirrored, and the way back."""

    known: Known
    order: np.ndarray
    """(drops, groups) number of the group that stands here."""
    mirrored: np.ndarray
    """(drops,) logical."""
    rows: int
    feeding: str

    def take(self, drops: np.ndarray) -> "Frame":
        """The frame of some drops."""
        return replace(self, known=self.known.take(drops), order=self.order[drops], mirrored=self.mirrored[drops])

    def restored(self, result: SearchResult) -> SearchResult:
        """Result of a search in this frame, in that of the person who asked."""
        beams = result.beams
        if self.feeding == "digital":
            beams = self._columns(beams)
        elif self.feeding == "edge":
            beams = self._turned(beams, beams[:, ::-1])
        back = np.argsort(self.order, axis=1)
        return result._replace(
            responses=self._columns(result.responses),
            beams=np.take_along_axis(beams, back[:, None], axis=2),
            powers_w=np.take_along_axis(result.powers_w, back[..., None], axis=1),
        )

    def positions(self, positions_m: np.ndarray) -> np.ndarray:
        """Positions (drops, 2 groups, ..., 3) of a person's users, as they stand in this frame."""
        both = np.concatenate([self.order, self.order + self.order.shape[1]], axis=1)
        ordered = np.take_along_axis(positions_m, both.reshape(*both.shape, *(1,) * (positions_m.ndim - 2)), axis=1)
        return self._turned(ordered, ordered * MIRROR)

    def _columns(self, elements: np.ndarray) -> np.ndarray:
        """Elements (drops, elements, ...) with the columns of the antenna turned round."""
        shape = (len(elements), self.rows, -1, *elements.shape[2:])
        return self._turned(elements, elements.reshape(shape)[:, :, ::-1].reshape(elements.shape))

    def _turned(self, same: np.ndarray, mirrored: np.ndarray) -> np.ndarray:
        return np.where(self.mirrored.reshape(-1, *(1,) * (same.ndim - 1)), mirrored, same)


def frame_of(s: Scenario, known: Known) -> Frame:
    """Frame of checked knowledge. Mirrored is only what has a mirror image: feeds along the edge, line of sight."""
    own = known.reference_wave is not None or s.channel_model != LINE_OF_SIGHT
    drops, symmetric = len(known.near_positions_m), not own and s.feeding != "waveguides"
    sides = np.sort(known.positions_m[..., 1], axis=1).sum(axis=1)
    mirrored = (sides < 0) if symmetric else np.zeros(drops, bool)
    frame = Frame(known, np.tile(np.arange(s.groups), (drops, 1)), mirrored, s.rows, s.feeding)
    near, far = (frame._turned(a, a * MIRROR) for a in (known.near_positions_m, known.far_positions_m))
    keys = [values for of_users in s.values_of_users for values in known.near_and_far(of_users)]  # where users coincide
    keys += [positions[..., axis] for positions in (far, near) for axis in (2, 0, 1)]
    order = np.lexsort(keys, axis=-1)
    near, far = (np.take_along_axis(a, order[..., None], axis=1) for a in (near, far))
    users = np.take_along_axis(known.users, np.concatenate([order, order + s.groups], axis=1), axis=1)
    ordered = replace(known, near_positions_m=near, far_positions_m=far, user=users)
    return replace(frame, known=ordered, order=order)
