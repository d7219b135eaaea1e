"""Cases of NOMA-ISAC, and the judge that is the same for everybody: objective, error and feasibility of covariances."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from beamwright import noma_isac as ni
from beamwright.systems.noma_isac.audit import certificate_of
from beamwright.systems.noma_isac.physics import model
from beamwright.systems.noma_isac.types import Covariances, Multipliers, Problem
from benchmarks.noma_isac.peers import Demand

CERTIFIED_GAP = 1e-6
"""A drop counts for the objective error where our bound and objective are at least this close (relative)."""


@dataclass(frozen=True)
class Case:
    """A scenario and a demand."""

    name: str
    demand: Demand
    scenario: ni.Scenario = field(default_factory=ni.Scenario)

    def channels(self, drops: int) -> np.ndarray:
        """Drop i has CN(0, I) channels of its own seed, as in spec noma_isac, section 5: (drops, users, antennas)."""
        shape = (self.scenario.users, self.scenario.antennas, 2)
        z = np.stack([np.random.default_rng(seed).standard_normal(shape) for seed in range(drops)])
        return (z[..., 0] + 1j * z[..., 1]) / np.sqrt(2)

    @property
    def sizes(self) -> dict[str, int]:
        """N, K, M by name."""
        return {"antennas": self.scenario.antennas, "users": self.scenario.users, "targets": self.scenario.targets}

    def problem(self, h: np.ndarray) -> Problem:
        """The demand on given channels (drops, users, antennas)."""
        demand, users = self.demand, h.shape[:2]
        return Problem(
            h=h,
            order=model.decoding_order(h),
            sinr_target=np.full(users, demand.sinr),
            csi_error=np.full(users, demand.csi_error),
            power_limit_w=np.full(len(h), np.inf),
        )


def judged(case: Case, h: np.ndarray, covariances: np.ndarray, bound_w: np.ndarray) -> dict[str, Any]:
    """Columns of a row: objective, |objective / certified bound - 1| and violation per drop, NaN without an answer."""
    objective = model.objective_w(case.scenario, covariances)
    answered, violation = np.isfinite(covariances).all(axis=(1, 2, 3)), np.full(len(h), np.nan)
    if answered.any():
        violation[answered] = violations(case, h[answered], covariances[answered])
    return {"objective": objective, "errors": np.abs(objective / bound_w - 1), "violations": violation}


def violations(case: Case, h: np.ndarray, covariances: np.ndarray) -> np.ndarray:
    """(drops,) largest relative violation of the covariances, from the physics: the certificate with no multipliers."""
    beams = np.full(h.shape, np.nan, complex)
    nothing = _nothing(case.scenario, len(h))
    return certificate_of(case.scenario, case.problem(h), beams, Covariances.of(covariances), nothing).relaxed_violation


def _nothing(s: ni.Scenario, drops: int) -> Multipliers:
    K, M = s.users, s.targets
    return Multipliers(
        sinr=np.zeros((drops, K, K)),
        floor=np.zeros((drops, M)),
        slab_upper=np.zeros((drops, M, M)),
        slab_lower=np.zeros((drops, M, M)),
        correlation=np.zeros(drops),
        cross=np.zeros((drops, M, M), complex),
        sic=np.zeros((drops, K, K)),
        lmi=np.zeros((drops, K, K, 0, 0), complex),
        basis=np.zeros((drops, s.antennas, 0), complex),
    )
