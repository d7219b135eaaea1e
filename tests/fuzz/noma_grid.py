"""``python -m tests.fuzz.noma_grid``: NOMA-ISAC from noise 1e-14 to 100 W and from -10 to 45 dB, every decoding rule.

A line per size, error, rule and noise: how drops ended, the worst certified gap of those called optimal, how far power
falls where the target rises and a level where the budget does, how far another unit moves a power, and, on sampled
drops, by how much the bound that CVXPY and Clarabel prove exceeds what we call feasible. ``!`` marks what must not be.

Every size meets every error, rule and noise, and every pair of those is met by some size; ``--full`` takes all of them.
"""

import argparse
import itertools
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from beamwright.core import Status, status_text
from beamwright.systems import noma_isac as ni
from beamwright.systems.noma_isac.methods import cvxpy_relaxation as reference
from beamwright.systems.noma_isac.physics import GAP, ROBUST_GAP, Covariances, Problem, dual_bound, judge, model
from tests.noma_cases import accepted, channels

NOISES_W = (1e-14, 1e-10, 1e-6, 1e-2, 1e2)
TARGETS_DB = (-10.0, 0.0, 8.0, 25.0, 35.0, 45.0)
BUDGETS_W = (3.0, 10.0, 50.0)
ERRORS = (0.0, 0.01, 0.1, 0.3)
"""Radii over the expected length of a channel; 1 is the limit beyond which nobody can be served."""
LIMIT = 0.9
"""A radius close to it, tried on the smallest arrays: nearly all is out of reach, which must be proven."""
RULES = ("own", "noise", "chain")
UNITS = (1e-12, 1e12)
ANGLES = (-60.0, 60.0, 10.0, -25.0)
SIZES = ((2, 1, 0), (2, 2, 1), (4, 1, 1), (4, 2, 1), (4, 3, 2), (8, 3, 2), (8, 2, 4), (16, 4, 2), (64, 3, 3),
         (64, 6, 0), (64, 6, 4))  # fmt: skip
"""Antennas N, users K, targets M."""
ROBUST_USERS = 4
"""More users are tried without errors only: a robust chain of six has 21 matrix inequalities a drop."""
SMALL = 4
"""Antennas up to which the limit of errors is tried."""
HIGHEST = {"own": 1e8, "chain": 1e8, "noise": 1e6}
"""Drops that could reach a level beyond 80 dB (60 where all streams are noise) are not counted: there rounding undoes
the proof, which is said."""
RESOLUTION = 0.005
"""Relative: where rank one costs more than the relaxation, the search for its level stops within about so much."""
WITNESS = 1e-4
"""Largest relative violation of covariances that may say a design to exist."""
PEER = 16
"""Antennas up to which CVXPY is asked about all of them; of larger arrays it is asked about the span of channels and
steering vectors, which loses nothing (spec A1): 64 antennas and six users took it 21 GB."""
STALLED = 0.01
"""Share of drops that may stall."""


class Point(NamedTuple):
    """What one line is about."""

    size: tuple[int, int, int]
    error: float
    rule: str
    noise_w: float

    def __str__(self) -> str:
        return f"N K M {self.size} error {self.error:4} {self.rule:5} noise {self.noise_w:.0e} W"


def covering() -> list[Point]:
    """Steps t = 0, 1, ... of every size i: rule i + t mod 3, noise i + 2t mod 5, so five steps meet all of both.

    The errors take a step each, none of them two, the first and the last; the limit, where it is tried, a sixth.
    """
    points = []
    for i, size in enumerate(SIZES):
        errors = (*ERRORS, 0.0) if size[1] <= ROBUST_USERS else (0.0,) * len(NOISES_W)
        errors += (LIMIT,) if size[0] <= SMALL else ()
        points += [
            Point(size, error, RULES[(i + t) % len(RULES)], NOISES_W[(i + 2 * t) % len(NOISES_W)])
            for t, error in enumerate(errors)
        ]
    return points


def full() -> list[Point]:
    """Every size, error, rule and noise."""
    some = itertools.product(SIZES, (*ERRORS, LIMIT), RULES, NOISES_W)
    return [Point(*point) for point in some if not point[1] or point[0][1] <= ROBUST_USERS]


@dataclass
class Found:
    """What one line reports."""

    tolerance: float
    """Relative: what a certificate allows of an optimal drop; two of them may be twice as far apart."""
    statuses: Counter = field(default_factory=Counter)
    levels: Counter = field(default_factory=Counter)
    gap: float = 0.0
    falls: float = 0.0
    unit: float = 0.0
    level_falls: float = 0.0
    recovered_falls: float = 0.0
    peers: float = 0.0
    asked: int = 0

    def faults(self) -> list[str]:
        """What must not be."""
        twice = 2 * self.tolerance
        rules = {
            "stalled": _stalls(self.statuses), "max-min stalled": _stalls(self.levels),
            "gap": self.gap > self.tolerance, "power falls": self.falls > twice, "unit": self.unit > twice,
            "level falls": self.level_falls > twice,
            "recovered level falls": self.recovered_falls > RESOLUTION, "peers": self.peers > self.tolerance,
        }  # fmt: skip
        return [name for name, broken in rules.items() if broken]

    def __str__(self) -> str:
        figures = (
            f"gap {self.gap:.1e}, power falls {self.falls:.1e}, level falls {self.level_falls:.1e} "
            f"(recovered {self.recovered_falls:.1e}), "
            f"unit {self.unit:.1e}, peers {self.peers:.1e} of {self.asked}"
        )
        wrong = f" ! {', '.join(self.faults())}" if self.faults() else ""
        return f"{counted(self.statuses)}; max-min {counted(self.levels)}; {figures}{wrong}"


def _stalls(statuses: Counter) -> bool:
    return statuses[Status.STALLED] > STALLED * sum(statuses.values())


def counted(statuses: Counter) -> str:
    """``optimal 599, stalled 1``."""
    return ", ".join(f"{status_text(status)[0]} {count}" for status, count in sorted(statuses.items()))


def scenario(size: tuple[int, int, int], decoding: str, noise_w: float, unit: float = 1.0) -> ni.Scenario:
    """The paper's limits, in watts or in another unit of power."""
    antennas, users, targets = size
    return ni.Scenario(
        antennas=antennas, users=users, target_angles_deg=ANGLES[:targets], decoding=decoding,
        noise_power_w=noise_w * unit, sensing_power_w=2.0 * unit, power_difference_w=1e-3 * unit,
        cross_correlation_w2=10.0 * unit**2,
    )  # fmt: skip


def line(point: Point, drops: int, peers: int) -> Found:
    """All targets, budgets and units at one point; channels CN(0, I), drop i from its own seed."""
    size, error, rule, noise_w = point
    h = channels([[7, i] for i in range(drops)], size[1], size[0])
    radius, found = error * np.sqrt(size[0]), Found(ROBUST_GAP if error else GAP)
    s = scenario(size, rule, noise_w)
    designs = [ni.minimise_power(s, h, target, radius) for target in TARGETS_DB]
    _powers(found, designs)
    _levels(found, [ni.balance_sinr(s, h, power_w, radius) for power_w in BUDGETS_W], HIGHEST[rule])
    for unit in UNITS:
        other = ni.minimise_power(scenario(size, rule, noise_w, unit), h, TARGETS_DB[2], radius)
        both = _optimal(designs[2]) & _optimal(other)
        moved = np.abs(other.objective_w / unit / designs[2].objective_w - 1)[both]
        found.unit = max(found.unit, moved.max(initial=0))
    for target, design in zip(TARGETS_DB, designs, strict=True):
        for drop in range(peers):
            asked = (s, h[[drop]]) if s.antennas <= PEER else in_span(s, h[[drop]])
            _against_clarabel(found, *asked, target, radius, design.take([drop]))
    return found


def in_span(s: ni.Scenario, h: np.ndarray) -> tuple[ni.Scenario, np.ndarray]:
    """The problem of one drop in coordinates of the span of its channels (1, users, antennas) and steering vectors."""
    basis = np.linalg.qr(np.concatenate([h[0], s.steering]).T)[0]
    steering = tuple(map(tuple, (s.steering @ np.conj(basis)).tolist()))
    inside = s.derived(antennas=basis.shape[1], target_angles_deg=(), steering_vectors=steering)
    return inside, h @ np.conj(basis)


def _optimal(design: ni.Design) -> np.ndarray:
    return design.status == Status.OPTIMAL


def _powers(found: Found, designs: list[ni.Design]) -> None:
    """Least power for rising targets: statuses, gaps, and where power falls among optimal drops."""
    for design in designs:
        found.statuses.update(design.status.tolist())
        found.gap = max(found.gap, np.abs(design.certificate.gap[_optimal(design)]).max(initial=0))
    for easy, hard in itertools.pairwise(designs):
        both = _optimal(easy) & _optimal(hard)
        found.falls = max(found.falls, (1 - hard.objective_w / easy.objective_w)[both].max(initial=0))


def _levels(found: Found, designs: list[ni.Design], highest: float) -> None:
    """Max-min for rising budgets: statuses, and where the level falls among optimal, and among accepted drops."""
    for design in designs:
        found.levels.update(design.status[~(design.relaxed_sinr > highest)].tolist())
    for less, more in itertools.pairwise(designs):
        both = accepted(less) & accepted(more) & (less.balanced_sinr > 0)
        falls = 1 - np.divide(more.balanced_sinr, less.balanced_sinr, out=np.ones(len(both)), where=both)
        best = _optimal(less) & _optimal(more)
        found.level_falls = max(found.level_falls, falls[best].max(initial=0))
        found.recovered_falls = max(found.recovered_falls, falls.max(initial=0))


def _against_clarabel(
    found: Found, s: ni.Scenario, h: np.ndarray, target_db: float, radius: float, design: ni.Design
) -> None:
    """By how much the bound that Clarabel's multipliers prove exceeds what we say is feasible, on one drop.

    Its own value is no witness: that of a program scaled badly is off by 1e-4, to either side. Nor are covariances that
    it calls optimal, but where they meet the demands: at noise of 1e-14 W it serves users whose ball holds the origin.
    """
    peer = reference.minimise_power(s, h, 10 ** (target_db / 10), radius)
    claimed = design.status[0] == Status.INFEASIBLE or np.isfinite(design.certificate.relaxed_objective_w[0])
    if peer.status[0] != Status.OPTIMAL or not claimed:
        return
    problem = Problem(
        h=h, order=model.decoding_order(h), sinr_target=peer.sinr_target, csi_error=np.full(h.shape[:2], radius),
        power_limit_w=np.array([np.inf]), oma=ni.Oma.NONE,
    )  # fmt: skip
    if design.status[0] == Status.INFEASIBLE:  # ours is a proof, too: what meets the demands must be beyond the limit
        witness = Covariances.of(peer.covariances)
        if judge(s, problem, witness, witness.basis).residuals.violation[0] > WITNESS:
            return
        apart = design.power_limit_w[0] / peer.objective_w[0] - 1
    else:
        apart = dual_bound(s, problem, peer.multipliers).bound_w[0] / design.certificate.relaxed_objective_w[0] - 1
    found.asked += 1
    found.peers = max(found.peers, np.nan_to_num(apart, nan=np.inf))


def main() -> None:
    """A line per point, then the sum; exit 1 where anything is marked."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.noma_grid", description=__doc__)
    parser.add_argument("--drops", type=int, default=20)
    parser.add_argument("--peers", type=int, default=1, help="drops of every point that CVXPY and Clarabel solve, too")
    parser.add_argument("--lines", default=":", help="first:end, for several processes")
    parser.add_argument("--full", action="store_true", help="every size, error, rule and noise: 20 hours and more")
    told = parser.parse_args()
    first, end = (int(x) if x else None for x in told.lines.split(":"))
    powers, levels, wrong = Counter(), Counter(), False
    for point in (full() if told.full else covering())[first:end]:
        start = time.monotonic()
        found = line(point, told.drops, told.peers)
        powers.update(found.statuses)
        levels.update(found.levels)
        wrong = wrong or bool(found.faults())
        print(f"{point}: {found}; {time.monotonic() - start:.0f} s", flush=True)
    print(f"sum: least power {counted(powers)}; max-min {counted(levels)}")
    sys.exit(wrong)


if __name__ == "__main__":
    main()
