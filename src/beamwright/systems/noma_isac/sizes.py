"""Least memory that draws and designs need, from their largest arrays."""

from collections.abc import Mapping

from beamwright.core import COMPLEX, REAL, leading
from beamwright.core.ranges import as_numbers
from beamwright.core.sizes import whole
from beamwright.systems.noma_isac.scenario import Scenario


def tile_lanes(unknowns: int, robust: bool) -> int:
    """Lanes solved together on a CPU, of covariances of so many real numbers.

    One drop alone waits for all lanes of its tile, and larger tiles gain nothing. Nominal ones leave the cache earlier
    from some 250 unknowns on; robust ones spend their time in factors of Schur complements, which want whole vectors.
    """
    return 16 if robust or unknowns < 250 else 8


def draw_bytes(s: Scenario, drops: int) -> tuple[float, dict[str, int]]:
    """Bytes of the channels, known and true, and of the normal numbers they are made of; and what they depend on."""
    return 4.0 * COMPLEX * drops * s.users * s.antennas, _sizes(s, drops)


def design_bytes(s: Scenario, h: object, options: Mapping[str, object]) -> tuple[float, dict[str, int]]:
    """Bytes of covariances in their basis, channels and beams, and of one tile's Schur complement.

    Nominal, the Schur complement has a row per constraint, K (K + 1)/2 + M^2 and one per further vector; robust, one
    per real number of the K covariances of size r = min(N, K + M + further vectors).
    """
    drops = leading(getattr(h, "known", h), 3)
    n, k, m = s.antennas, s.users, s.targets
    rank = n if s.csi_error_shape else min(n, k + m + s.further_vectors)
    sensing = s.streams - k
    error = options.get("csi_error", 0.0)
    radius = as_numbers(s.csi_error if error is None else error)
    robust = radius is not None and bool(radius.any())
    unknowns = s.streams * rank**2
    rows = unknowns if robust else k * (k + 1) // 2 + m**2 + s.further_vectors
    samples = whole(options, "samples", 0)
    beams = k + sensing * rank
    kept = COMPLEX * drops * (2 * unknowns + n * rank + (6 + samples) * beams * n)
    tile = 2 * REAL * tile_lanes(unknowns, robust) * rows**2
    return float(kept + tile), _sizes(s, drops) | ({"samples": samples} if samples else {})


def _sizes(s: Scenario, drops: int) -> dict[str, int]:
    return {"drops": drops, "users": s.users, "antennas": s.antennas}
