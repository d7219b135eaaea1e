"""``python -m tests.fuzz.noma_grid``: NOMA-ISAC from noise 1e-14 to 100 W and from -10 to 45 dB, every decoding rule.

A line per size, rule and error: how drops ended, the worst certified gap of those called optimal, how far power falls
where the target rises and a level where the budget does, how far another unit moves a power, and, on sampled drops,
by how much CVXPY and Clarabel's proven bound exceeds what we call feasible. ``!`` marks what must not be.
"""

import argparse
import time
from collections import Counter
from typing import NamedTuple

import numpy as np

from beamwright.core import VALID, Status, status_text
from beamwright.systems import noma_isac as ni

NOISES_W = (1e-14, 1e-10, 1e-6, 1e-2, 1e2)
TARGETS_DB = (-10.0, 0.0, 8.0, 25.0, 35.0, 45.0)
BUDGETS_W = (3.0, 10.0, 50.0)
ERRORS = (0.0, 0.01, 0.1, 0.3)
"""Radii over the expected length of a channel; 1 is the limit beyond which nobody can be served."""
UNITS = (1e-12, 1e12)
ANGLES = (-60.0, 60.0, 10.0, -25.0)
SIZES = ((2, 1, 0), (2, 2, 1), (4, 1, 1), (4, 2, 1), (4, 3, 2), (8, 3, 2), (8, 2, 4), (16, 4, 2), (64, 3, 3),
         (64, 6, 0), (64, 6, 4))  # fmt: skip
"""Antennas N, users K, targets M."""
ROBUST_USERS = 4
"""More users are tried without errors only: a robust chain of six has 21 matrix inequalities a drop."""
HIGHEST = 1e8
"""Drops that could reach more are not counted: 80 dB is beyond any radio, and rounding undoes the proof there (which
is said)."""
SAME = 1e-5
"""Relative: of powers that must agree, twice what certificates allow."""


class Found(NamedTuple):
    """What one line reports."""

    statuses: Counter
    levels: Counter
    gap: float = 0.0
    falls: float = 0.0
    unit: float = 0.0
    level_falls: float = 0.0
    peers: float = 0.0
    asked: int = 0

    def faults(self) -> list[str]:
        """What must not be."""
        total = max(sum(self.statuses.values()), 1)
        rules = {
            "stalled": self.statuses[Status.STALLED] > 0.01 * total, "gap": self.gap > SAME,
            "power falls": self.falls > SAME, "unit": self.unit > SAME, "level falls": self.level_falls > 0.01,
            "peers": self.peers > SAME,
        }  # fmt: skip
        return [name for name, broken in rules.items() if broken]


def channels(users: int, antennas: int, drops: int) -> np.ndarray:
    """CN(0, I), drop i from its own seed."""
    z = np.stack([np.random.default_rng([7, i]).standard_normal((users, antennas, 2)) for i in range(drops)])
    return (z[..., 0] + 1j * z[..., 1]) / np.sqrt(2)


def scenario(size: tuple[int, int, int], decoding: str, noise_w: float, unit: float = 1.0) -> ni.Scenario:
    """The paper's limits, in watts or in another unit of power."""
    antennas, users, targets = size
    return ni.Scenario(
        antennas=antennas, users=users, target_angles_deg=ANGLES[:targets], decoding=decoding,
        noise_power_w=noise_w * unit, sensing_power_w=2.0 * unit, power_difference_w=1e-3 * unit,
        cross_correlation_w2=10.0 * unit**2,
    )  # fmt: skip


def line(size: tuple[int, int, int], decoding: str, error: float, drops: int, peers: int) -> Found:
    """All noises and targets of one size, rule and error."""
    h = channels(size[1], size[0], drops)
    radius, found = error * np.sqrt(size[0]), Found(Counter(), Counter())
    for noise_w in NOISES_W:
        s = scenario(size, decoding, noise_w)
        designs = [ni.minimise_power(s, h, target, radius) for target in TARGETS_DB]
        for design in designs:
            found.statuses.update(design.status.tolist())
        found = found._replace(
            gap=max([found.gap, *(_gap(d) for d in designs)]), falls=max(found.falls, _falls(designs)),
            level_falls=max(found.level_falls, _level_falls(s, h, radius, found.levels)),
        )  # fmt: skip
        for unit in UNITS:
            other = ni.minimise_power(scenario(size, decoding, noise_w, unit), h, TARGETS_DB[2], radius)
            found = found._replace(unit=max(found.unit, _differ(designs[2], other, unit)))
        for target, design in zip(TARGETS_DB, designs, strict=True):
            for drop in range(peers):
                apart = _against_clarabel(s, h[drop : drop + 1], target, radius, design, drop)
                if apart is not None:
                    found = found._replace(peers=max(found.peers, apart), asked=found.asked + 1)
    return found


def _usable(design: ni.Design) -> np.ndarray:
    return np.isin(design.status, [int(status) for status in VALID])


def _gap(design: ni.Design) -> float:
    """Of drops called optimal."""
    return float(np.abs(design.certificate.gap[design.status == Status.OPTIMAL]).max(initial=0))


def _falls(designs: list[ni.Design]) -> float:
    """Largest relative drop of the proven least power where the target rises, among optimal drops."""
    worst = 0.0
    for easy, hard in zip(designs, designs[1:], strict=False):
        both = (easy.status == Status.OPTIMAL) & (hard.status == Status.OPTIMAL)
        worst = max(worst, float((1 - hard.objective_w / easy.objective_w)[both].max(initial=0)))
    return worst


def _level_falls(s: ni.Scenario, h: np.ndarray, radius: float, statuses: Counter) -> float:
    """Largest fall in dB of the balanced SINR where the budget rises, among usable drops; counts how drops end."""
    levels = [ni.balance_sinr(s, h, power_w, radius) for power_w in BUDGETS_W]
    for design in levels:
        statuses.update(design.status[~(design.relaxed_sinr > HIGHEST)].tolist())
    worst = 0.0
    for less, more in zip(levels, levels[1:], strict=False):
        both = _usable(less) & _usable(more)
        ratio = less.balanced_sinr[both] / more.balanced_sinr[both]
        worst = max(worst, float(10 * np.log10(ratio).max(initial=0)))
    return worst


def _differ(one: ni.Design, other: ni.Design, unit: float) -> float:
    """Relative distance of optimal powers in two units."""
    both = (one.status == Status.OPTIMAL) & (other.status == Status.OPTIMAL)
    return float(np.abs(other.objective_w / unit / one.objective_w - 1)[both].max(initial=0))


def _against_clarabel(
    s: ni.Scenario, h: np.ndarray, target_db: float, radius: float, design: ni.Design, drop: int
) -> float | None:
    """By how much Clarabel's proven bound exceeds what we say is feasible, relative; None where it proves nothing.

    Its multipliers count, not its own value: that of a program scaled badly is off by 1e-4, to either side.
    """
    from beamwright.systems.noma_isac import model, reference
    from beamwright.systems.noma_isac.dual import dual_bound
    from beamwright.systems.noma_isac.results import Problem

    target = 10 ** (target_db / 10)
    try:
        peer = reference.minimise_power(s, h, target, radius)
    except Exception:  # a solver that gives up is no witness
        return None
    if peer.status[0] != Status.OPTIMAL:
        return None
    problem = Problem(
        h=h, order=model.decoding_order(h), sinr_target=peer.sinr_target,
        csi_error=np.full(h.shape[:2], radius), power_limit_w=np.array([np.inf]), oma=ni.Oma.NONE,
    )  # fmt: skip
    theirs = dual_bound(s, problem, peer.multipliers).bound_w[0]  # proven, from Clarabel's multipliers
    if design.status[drop] == Status.INFEASIBLE:  # ours is a proof, too: Clarabel's value is beyond the limit
        return float(max(design.power_limit_w[drop] / peer.objective_w[0] - 1, 0))
    ours = design.certificate.relaxed_objective_w[drop]
    return float(max(theirs / ours - 1, 0)) if np.isfinite(ours) else 1.0


def main() -> None:
    """A line per size, rule and error, then the sum."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.noma_grid", description=__doc__)
    parser.add_argument("--drops", type=int, default=20)
    parser.add_argument("--peers", type=int, default=1, help="drops of every point that CVXPY and Clarabel solve, too")
    parser.add_argument("--lines", default=":", help="first:end, for several processes")
    told = parser.parse_args()
    first, end = (int(x) if x else None for x in told.lines.split(":"))
    wanted = [(size, rule, error) for error in ERRORS for size in SIZES for rule in ("own", "noise", "chain")
              if not error or size[1] <= ROBUST_USERS]  # fmt: skip
    everything: Counter = Counter()
    levels: Counter = Counter()
    for size, rule, error in wanted[first:end]:
        start = time.monotonic()
        found = line(size, rule, error, told.drops, told.peers)
        everything.update(found.statuses)
        levels.update(found.levels)
        print(f"N K M {size} {rule:5} error {error:4}: {told_of(found)}; {time.monotonic() - start:.0f} s", flush=True)
    print(f"sum: least power {_counted(everything)}; max-min {_counted(levels)}")


def told_of(found: Found) -> str:
    """The rest of a line."""
    figures = f"gap {found.gap:.1e}, power falls {found.falls:.1e}, level falls {found.level_falls:.4f} dB"
    peers = f"unit {found.unit:.1e}, peers {found.peers:.1e} of {found.asked}"
    wrong = f" ! {', '.join(found.faults())}" if found.faults() else ""
    return f"{_counted(found.statuses)}; max-min {_counted(found.levels)}; {figures}, {peers}{wrong}"


def _counted(statuses: Counter) -> str:
    return ", ".join(f"{status_text(status)[0]} {count}" for status, count in sorted(statuses.items()))


if __name__ == "__main__":
    main()
