"""Shared parts of the cell-free studies: the paper, axes, metrics, methods."""

from beamwright.records import Claim, Curve
from beamwright.records.study import Relation
from beamwright.studies.figures.grammar import axis, cases, claim, curve, outcome
from beamwright.studies.figures.paper import Paper

PAPER = Paper(
    "cellfree",
    "Y. Xiu, W. Lyu, Y. Li, R. Yang, P. L. Yeoh, W. Zhang, G. Liu and N. Wei, “Meta-Reinforcement Learning "
    "Optimization for Movable Antenna-aided Full-Duplex CF-DFRC Systems with Carrier Frequency Offset”, manuscript.",
    "The source gives neither geometry, powers nor receivers; scenes are those of the specification. Designs are by "
    "the deterministic optimiser; every worst case is the least that a dense search of the offsets finds.",
)
ONE_GEOMETRY = "One geometry, nothing random."
RANGE = axis("offset_range_hz", "Largest carrier offset", "Hz")
POWER = axis("ap_power_w", "Power of an access point", "W")
REGION = axis("half_region_wavelengths", "Half of the region", "wavelengths")
TARGET = axis("target_range_m", "Distance of the target", "m")
WEIGHT = axis("sensing_weight", "Weight of sensing")
APS = axis("aps", "Access points")
UTILITY = outcome("worst", "Worst-case utility", "bit/s/Hz", least=0.0)
UTILITY_METRICS = (
    UTILITY,
    outcome("nominal", "Utility without offsets", "bit/s/Hz", least=0.0),
    outcome("lost", "Share of the utility lost to offsets", least=0.0, most=1.0),
    outcome("users", "Sum rate of the users", "bit/s/Hz", least=0.0),
    outcome("sensing", "Least rate of the radar", "bit/s/Hz", least=0.0),
    outcome("radar_db", "Least radar SINR", "dB"),
    outcome("blind", "Radars that see nothing", least=0.0, most=1.0),
    outcome("radiated", "Radiated power", "W", least=0.0),
    outcome("loud", "Access points that radiate", least=0.0),
)
_METHODS = {
    one.name: one
    for one in (
        curve("moving", "antennas move", "robust"),
        curve("fixed", "antennas fixed", "fixed-array"),
        curve("non-robust", "not robust", "non-robust"),
        curve("leakage", "leakage beams", "leakage"),
        curve("silence", "radar silent", "silence"),
    )
}


def curves(*names: str) -> tuple[Curve, ...]:
    """A curve per method that needs no learning."""
    return tuple(_METHODS[name] for name in names)


def on_average(
    text: str,
    *pairs: tuple[str, str],
    source: str = "Section V",
    metric: str = "worst",
    relation: Relation = ">",
    note: str = "",
    tolerance: float = 1e-6,
    **where: float | tuple[float, float],
) -> Claim:
    """The claim that the first curve of each pair has the larger mean, on the same scenes."""
    compared = cases({f"{one} against {other}": (one, other) for one, other in pairs}, against=None, **where)
    return claim(text, source, "mean", metric, relation, *compared, note=note, tolerance=tolerance)
