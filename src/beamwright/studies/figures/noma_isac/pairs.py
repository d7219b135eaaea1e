"""Robust and non-robust designs side by side, for figures 5 and 6."""

from typing import Any

from beamwright.records import Curve, Panel, sweep
from beamwright.studies.figures.grammar import lines, panel
from beamwright.studies.figures.noma_isac.common import CHAIN, HIGH_TARGETS, OWN, SINR_TARGET, noma, threshold

TARGETS = {CHAIN: sweep(0, 2.5, 5, 7.5, 9, 10, 10.5), OWN: HIGH_TARGETS}


def pair(mode: str, watts: float) -> tuple[Curve, Curve]:
    """Robust and non-robust, same mode and sensing threshold."""
    more: dict[str, Any] = {"sensing_power_w": watts, "csi_error": 0.05, "points": TARGETS[mode]}
    return (
        noma(f"{mode}-robust-{watts:g}", "robust-min-power", mode, f"Robust{threshold(watts)}", **more),
        noma(f"{mode}-naive-{watts:g}", "non-robust-min-power", mode, f"Non-robust{threshold(watts)}", **more),
    )


def pair_panel(metric: str, mode: str, *thresholds: int, title: str) -> Panel:
    """A metric of the pairs with these sensing thresholds; each pair has its dash."""
    names = [f"{mode}-{kind}-{watts}" for watts in thresholds for kind in ("robust", "naive")]
    return panel(metric, SINR_TARGET, *lines(*names, colours=(0, 1, 0, 1), dashes=(0, 0, 1, 1)), title=title)
