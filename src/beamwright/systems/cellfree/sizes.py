"""Memory that draws and designs need at least, from their largest arrays."""

from collections.abc import Mapping

from beamwright.core import COMPLEX, REAL, leading
from beamwright.core.sizes import whole
from beamwright.systems.cellfree.scenario import Scenario
from beamwright.uncertainty import offset_vertices

RINGS = 5
"""Rings of places, 6 i on the i-th, that a certificate tries around a target that may be elsewhere."""
PLACES = 1 + 3 * RINGS * (RINGS + 1)
POINTS = 32
"""Offsets that the search of the worst ones looks at together."""


def draw_bytes(s: Scenario, drops: int) -> tuple[float, dict[str, int]]:
    """Bytes of gains and angles of all paths; and what they depend on."""
    links = s.users * s.aps + 2 * s.aps**2
    return (1.0 + s.subcarriers) * COMPLEX * drops * s.paths * links, _sizes(s, drops) | {"paths": s.paths}


def design_bytes(s: Scenario, known: object, options: Mapping[str, object]) -> tuple[float, dict[str, int]]:
    """Bytes of paths and layouts of every start, receive filters over snapshots, and an agent's replay and networks;
    and, once for all drops, waves of all scenarios and what filters make of those of the worst-case search. Of a target
    that may be elsewhere filters and echoes of every place that the certificate tries."""
    known = getattr(known, "known", known)
    axes, band = 3 + (s.targets > 1) + (s.subcarriers > 1), s.subcarriers
    drops, starts = leading(getattr(known, "echo_gain", ()), axes), max(1, whole(options, "starts", 1))
    a, u, m = s.aps, s.users, s.rx_antennas
    paths = COMPLEX * s.paths * (u * a + 2 * a**2)
    vectors = REAL * a * (3 * s.tx_antennas + m + u)
    filters = COMPLEX * (u * a * m + s.snapshots * a * m) * 2 + COMPLEX * s.targets * (a * m) ** 2
    leaks = (band**2 if s.mixed else band - 1) * a**2 * (u + s.targets**2)
    paths, vectors, filters = band * paths, band * vectors, band * filters + COMPLEX * leaks
    filters += COMPLEX * PLACES * (2 * (a * m) ** 2 + a**2 * (u + m)) if s.displaced else 0
    scenarios = 1 + len(offset_vertices(a))
    waves = s.snapshots * (2 * COMPLEX * scenarios * a**2 + REAL * 2 * POINTS * a * (u + s.targets**2))
    waves += COMPLEX * POINTS * leaks + (COMPLEX * scenarios * s.snapshots * band * a * m if band > 1 else 0)
    need = drops * (starts * (paths + vectors) + filters) + (waves if drops else 0)
    sizes = _sizes(s, drops) | {"starts": starts, "snapshots": s.snapshots}
    width = whole(options, "width", 0)
    if width:
        numbers = 2 * a * (3 * s.tx_antennas + m)
        lived = whole(options, "buffer", 0) + whole(options, "environments", 1) * whole(options, "random_steps", 1)
        need += REAL * (lived * numbers + 6 * (width * width + width * numbers) + whole(options, "batch", 1) * width)
        sizes |= {
            name: whole(options, name, 0) for name in ("buffer", "environments", "batch", "width") if name in options
        }
    return float(need), sizes


def _sizes(s: Scenario, drops: int) -> dict[str, int]:
    more = {"targets": s.targets, "subcarriers": s.subcarriers}
    return {"drops": drops, "aps": s.aps, "users": s.users} | {name: size for name, size in more.items() if size > 1}
