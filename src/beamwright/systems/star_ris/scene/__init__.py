"""Scenes of a scenario: statistics that are drawn, traced or brought, surfaces, and the checks of both."""

from beamwright.systems.star_ris.scenario import Scenario
from beamwright.systems.star_ris.scene.rays import traced_statistics
from beamwright.systems.star_ris.scene.realisation import (
    BASE_STATION_M,
    SURFACE_M,
    USER_HEIGHT_M,
    Realisation,
    draw,
    statistics_at,
)
from beamwright.systems.star_ris.scene.statistics import INPUTS, Statistics, checked, known
from beamwright.systems.star_ris.scene.surface import amplitudes, checked_surface, time_share

__all__ = [
    "BASE_STATION_M",
    "INPUTS",
    "SURFACE_M",
    "USER_HEIGHT_M",
    "Realisation",
    "Scenario",
    "Statistics",
    "amplitudes",
    "checked",
    "checked_surface",
    "draw",
    "known",
    "statistics_at",
    "time_share",
    "traced_statistics",
]
