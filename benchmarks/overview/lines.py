"""Lines of the overview: what a user of ours calls at a size of a system, and what a user of a peer calls instead.

Sides import what they need in the process that measures them, before the clock starts.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import numpy as np

from beamwright.cli.design import resolve

Side = Callable[[int], Callable[[], Any]]
"""From a number of drops to the call that answers them."""
CVXPY = "CVXPY + Clarabel"


class Line(NamedTuple):
    """A line of the table."""

    system: str
    case: str
    ours: Side
    drops: int = 0
    """Batch of ours whose time per drop counts; 0: first answers only."""
    peer: str = ""
    theirs: Side | None = None
    peer_drops: int = 3

    @property
    def name(self) -> str:
        """What the history knows it by."""
        return f"{self.system}, {self.case}"


def designs(system: str, method: str, settings: dict[str, Any] | None = None) -> Side:
    """Designs by a method of a system, as ``beamwright design`` makes them."""

    def prepare(drops: int) -> Callable[[], Any]:
        job = resolve(system, method, settings or {}, None)
        known = job.system.draw(job.scenario, jax.random.key(0), drops).known
        return lambda: job.method(job.scenario, known, **dict(job.options))

    return prepare


def _surfaces(drops: int) -> Callable[[], Any]:
    """As pymanopt gets it: one start, the precoder of that start in the search."""
    from beamwright import star_ris as sr
    from benchmarks.star_ris.plan import TOLERANCE, case_of

    s, known, start = case_of(64, drops)
    return lambda: sr.maximise_sum_rate(s, known, start=start, tolerance=TOLERANCE, rounds=1)


def _surfaces_by_pymanopt(drops: int) -> Callable[[], Any]:
    from benchmarks.star_ris.peers import prepare, solve
    from benchmarks.star_ris.plan import ITERATIONS, TOLERANCE, case_of

    _, known, start = case_of(64, drops)
    each = [(known.take([i]), start[[i]]) for i in range(drops)]
    return lambda: [solve(prepare("P2", *one, "rzf", TOLERANCE, ITERATIONS[TOLERANCE])) for one in each]


def _programs(name: str, antennas: int = 8) -> Side:
    def prepare(drops: int) -> Callable[[], Any]:
        from benchmarks.programs.cases import CASES, draw

        data = draw(name, drops, antennas)
        return lambda: CASES[name].ours(data).solve()

    return prepare


def _programs_by_cvxpy(name: str, antennas: int = 8) -> Side:
    def prepare(drops: int) -> Callable[[], Any]:
        from benchmarks.programs.cases import draw, one
        from benchmarks.programs.peers import PEERS, solve

        data = draw(name, drops, antennas)
        return lambda: [solve(PEERS[name](one(data, drop))) for drop in range(drops)]

    return prepare


_ROBUST = {"csi_error": 0.05}
_LARGE = {
    "antennas": 64, "users": 6, "target_angles_deg": np.linspace(-60, 60, 4).tolist(), "decoding": "noise",
}  # fmt: skip

LINES = (
    Line("noma-isac", "nominal", designs("noma-isac", "min-power"), 256, CVXPY, designs("noma-isac", "reference")),
    Line("noma-isac", "robust", designs("noma-isac", "robust-min-power", _ROBUST), 64,
         CVXPY, designs("noma-isac", "reference", _ROBUST)),
    Line("noma-isac", "max-min, N = 64, 6 users", designs("noma-isac", "max-min", _LARGE), 8),
    Line("star-ris", "sum rate, N = 64", _surfaces, 256, "pymanopt", _surfaces_by_pymanopt),
    Line("star-ris", "WMMSE, N = 64", designs("star-ris", "max-sum-rate", {"elements": 64, "precoder": "wmmse"}), 64),
    Line("dma-noma", "robust, N = 32", designs("dma-noma", "robust"), 8,
         "CVXPY SDR and SCA", designs("dma-noma", "sdr-sca", {"rounds": 6}), 1),
    Line("cellfree", "4 access points", designs("cellfree", "robust"), 4,
         "CVXPY SCA, fixed arrays", designs("cellfree", "fixed-array-sca"), 1),
    Line("programs", "robust unicast", _programs("unicast_robust"), 64, CVXPY, _programs_by_cvxpy("unicast_robust")),
    Line("programs", "per antenna, N = 16", _programs("per_antenna", 16), 32,
         CVXPY, _programs_by_cvxpy("per_antenna", 16)),
)  # fmt: skip


def methods() -> tuple[Line, ...]:
    """A line for every method of every system that needs no file, defaults throughout: first answers only."""
    from beamwright.systems import SYSTEMS

    return tuple(
        Line(name, method, designs(name, method))
        for name, system in SYSTEMS.items()
        for method in system.methods
        if method != "policy"
    )
