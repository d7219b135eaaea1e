"""Shared parts of the NOMA-ISAC studies: the paper, axes, metrics, curves."""

from beamwright.records import Curve, Setting, sweep
from beamwright.studies.figures.grammar import Points, axis, curve, metric, outcome
from beamwright.studies.figures.paper import Paper

PAPER = Paper(
    "noma_isac",
    "C. Li, S. Mohammadzadeh, H. Al-Obiedollah, K. Cumanan and O. A. Dobre, “Beamforming Techniques for NOMA-based "
    "Integrated Sensing and Communication Systems”, manuscript TGCN-RP-A2-25-0030, 2025.",
    "Two readings of who decodes what: in chain mode every user also decodes the streams of all weaker users, as "
    "successive cancellation needs; in own mode a genie removes them. Published values are attainable in own mode "
    "only.",
)
SINR_TARGET = axis("sinr_db", "SINR target", "dB")
BUDGET = axis("power_w", "Power budget", "W")
SENSING = axis("sensing_power_w", "Sensing threshold", "W")

POWER = metric("objective_w", "Total power J", "W")
RADIATED = metric("radiated_w", "Radiated power tr R", "W")
SENSED = metric("sensing_w", "Sum of sensing powers", "W")
TARGET_POWER = metric("target_power_w", "Power at target", "W")
USER_SINR = metric("user_sinr_db", "SINR of user", "dB")
BALANCED = metric("balanced_sinr_db", "Balanced SINR", "dB")
GAP = metric("gap_percent", "Certified gap", "%")
RANK_ONE = outcome("rank_one", "Rank-one optimum found")
DESIGNED = outcome("designed", "Usable design found")

TARGETS, HIGH_TARGETS = sweep(0, 3, 5, 8, 10, 12.5, 15), sweep(10, 13, 16, 19, 22, 25)
CHAIN, OWN = "chain", "own"
"""The decoding rules of the specification (erratum E1): with successive cancellation, or cancelled by a genie."""


def noma(name: str, method: str, mode: str, label: str, points: Points | None = None, **settings: Setting) -> Curve:
    """A NOMA curve; ``settings`` are scenario fields and options beside the decoding mode."""
    return curve(name, label, method, mode, points=points, decoding=mode, **settings)


def oma(name: str, method: str, label: str, points: Points | None = None, **settings: Setting) -> Curve:
    """A time-shared curve; nobody decodes another's stream, so it has no decoding mode."""
    return curve(name, label, method, "oma", points=points, **settings)


def threshold(watts: float) -> str:
    """The sensing threshold, as a label ends with it."""
    return rf", $P_s$ = {watts:g} W"
