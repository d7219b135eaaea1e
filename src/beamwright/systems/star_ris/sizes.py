"""Memory that draws and designs need at least, from their largest arrays."""

from collections.abc import Mapping

from beamwright.core import COMPLEX, REAL, leading
from beamwright.core.sizes import whole
from beamwright.systems.star_ris.scenario import Scenario


def draw_bytes(s: Scenario, drops: int) -> tuple[float, dict[str, int]]:
    """Bytes of the statistics, with paths to the surface and from it; and what they depend on."""
    m, n, k, paths = s.antennas, s.elements, s.users, s.surface_paths
    need = COMPLEX * drops * (3 * n * m + 3 * k * (n + m) + paths * (n + m + 5))
    return float(need), _sizes(s, drops) | {"surface_paths": paths}


def design_bytes(s: Scenario, known: object, options: Mapping[str, object]) -> tuple[float, dict[str, int]]:
    """Bytes of the statistics and surfaces of every start, covariances of what is received, and traces."""
    known = getattr(known, "known", known)
    drops = leading(getattr(known, "direct_mean", ()), 3)
    starts, steps = whole(options, "starts", 1), whole(options, "iterations", 0)
    m, n, k = s.antennas, s.elements, s.users
    each = COMPLEX * (n * m + k * (n + m) + k * m * m + k * min(m, k) * n + 6 * n) + REAL * steps
    return float(each * drops * starts), _sizes(s, drops) | {"starts": starts}


def _sizes(s: Scenario, drops: int) -> dict[str, int]:
    return {"drops": drops, "users": s.users, "antennas": s.antennas, "elements": s.elements}
