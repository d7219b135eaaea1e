"""Settings, curves and a claim that tables I and II share."""

from beamwright.records import Claim
from beamwright.studies.figures.grammar import cases, claim
from beamwright.studies.figures.noma_isac.common import CHAIN, OWN, noma

SETTINGS = ((6.0, 2.0), (8.0, 2.0), (10.0, 2.0), (8.0, 3.0), (10.0, 3.0))
"""Power budget and sensing threshold."""
CURVES = (
    noma("own", "max-min", OWN, "NOMA, own", csi_error=0.0),
    noma("chain", "max-min", CHAIN, "NOMA, chain", csi_error=0.0),
)
"""SINRs are those of the channels that the designer knows: the paper's tables have no errors."""
BOTH = cases({"own": "own", "chain": "chain"})


def sensing_is_tight(source: str, note: str = "") -> Claim:
    """The claim that no target receives more than it asks for."""
    return claim(
        "Each target receives exactly its sensing threshold.", source, "every", "target_power_w", "=", *BOTH,
        against="sensing_power_w", tolerance=1e-3, note=note,
    )  # fmt: skip
