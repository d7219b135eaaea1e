"""Shared parts of the cell-free studies: the paper, axes, metrics, methods."""

from typing import Any

from beamwright.records import Axis, Curve, Metric

SYSTEM = "beamwright.systems.cellfree"
MEASURES = "beamwright.studies.figures.cellfree.measures"
SOURCE = (
    "Y. Xiu, W. Lyu, Y. Li, R. Yang, P. L. Yeoh, W. Zhang, G. Liu and N. Wei, “Meta-Reinforcement Learning "
    "Optimization for Movable Antenna-aided Full-Duplex CF-DFRC Systems with Carrier Frequency Offset”, manuscript."
)
NOTE = (
    "The source gives neither geometry, powers nor receivers; scenes are those of the specification. Designs are by "
    "the deterministic optimiser; every worst case is the least that a dense search of the offsets finds."
)
RANGE = Axis(name="offset_range_hz", label="Largest carrier offset", unit="Hz")
POWER = Axis(name="ap_power_w", label="Power of an access point", unit="W")
REGION = Axis(name="half_region_wavelengths", label="Half of the region", unit="wavelengths")
TARGET = Axis(name="target_range_m", label="Distance of the target", unit="m")


def metric(name: str, label: str, unit: str = "") -> Metric:
    """One that means something however a design ended."""
    return Metric(name=name, label=label, unit=unit, every_status=True)


UTILITY = metric("worst", "Worst-case utility", "bit/s/Hz")
UTILITIES = (
    UTILITY,
    metric("nominal", "Utility without offsets", "bit/s/Hz"),
    metric("users", "Sum rate of the users", "bit/s/Hz"),
    metric("radar_db", "Least radar SINR", "dB"),
    metric("radiated", "Radiated power", "W"),
)
METHODS: dict[str, tuple[str, str]] = {
    "moving": ("antennas move", "robust"),
    "fixed": ("antennas fixed", "fixed-array"),
    "non-robust": ("not robust", "non-robust"),
    "leakage": ("leakage beams", "leakage"),
    "silence": ("radar silent", "silence"),
}


def curves(*names: str, suffix: str = "", **settings: Any) -> tuple[Curve, ...]:
    """One per method."""
    return tuple(
        Curve(name=name + suffix, label=METHODS[name][0], method=METHODS[name][1], settings=settings) for name in names
    )
