"""Received powers that fall along the decoding order: h_l^H (W_j - W_{j+1}) h_l >= 0 for all l, j < K (spec P1 e)."""

import itertools
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from beamwright.systems.noma_isac.physics import model
from beamwright.systems.noma_isac.physics.constraints.base import USERS, Named, Point
from beamwright.systems.noma_isac.scenario import Scenario
from beamwright.systems.noma_isac.types import Multipliers, Oma


@dataclass(frozen=True)
class SicOrder(Named):
    """A row per user l and position j of the order but the last."""

    users: int
    family: ClassVar[str] = USERS
    residual: ClassVar[str] = "order_violation"

    @classmethod
    def demanded(cls, s: Scenario, oma: Oma) -> Self | None:
        """Where the scenario has ``sic_order`` and streams are on the air together."""
        return cls(s.users) if s.sic_order and oma is Oma.NONE and s.users > 1 else None

    @property
    def rows(self) -> tuple[np.ndarray, np.ndarray]:
        """User l and position j of every row."""
        user, position = np.array(list(itertools.product(range(self.users), range(self.users - 1)))).T
        return user, position

    def forms(self) -> np.ndarray:
        """h_l h_l^H."""
        return (np.eye(self.users)[:, :, None] * np.eye(self.users))[self.rows[0]]

    def streams(self) -> np.ndarray:
        """+1 on stream j, -1 on stream j + 1."""
        eye, position = np.eye(self.users), self.rows[1]
        return eye[position] - eye[position + 1]

    def limits_w(self, s: Scenario) -> np.ndarray:
        """Zero."""
        return np.zeros(len(self.rows[0]))

    def fields(self, y: np.ndarray, order: np.ndarray) -> dict[str, np.ndarray]:
        """Multipliers ``sic`` in the input order of users; zero at the last in the order, whom nobody follows."""
        sic = np.zeros((len(y), self.users, self.users))
        sic[self._entries(order)] = y
        return {"sic": sic}

    def of(self, m: Multipliers, order: np.ndarray) -> np.ndarray:
        """Multipliers ``sic`` along the order."""
        return m.sic[self._entries(order)]

    def _entries(self, order: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        user, position = self.rows
        return np.arange(len(order))[:, None], order[:, user], order[:, position]

    def violation(self, s: Scenario, at: Point) -> np.ndarray:
        """Rise of received powers relative to the stronger stream."""
        return np.maximum(-model.sic_margin(at.h, at.streams, at.problem.order), 0)
