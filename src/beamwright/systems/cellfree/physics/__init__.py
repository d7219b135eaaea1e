"""Physics: signals, filters, SINRs, utility and their worst case over the carrier offsets. It knows no search."""

from beamwright.systems.cellfree.physics.displaced import signals_at_places, sinr_at_place
from beamwright.systems.cellfree.physics.evaluation import (
    filtered_signals,
    filters_of,
    on_line,
    paths_of,
    point_of,
    position_bounds,
    positions_of,
    receivers,
    receivers_of,
    sinr,
    utilities,
)
from beamwright.systems.cellfree.physics.model import (
    FilteredSignals,
    Filters,
    Paths,
    Point,
    ReceivedSignals,
    Sinrs,
    apply_filters,
    looks,
    position_bits,
    radar_sinr,
    received_signals,
    sinrs,
    utility,
    utility_at,
    weakest,
)
from beamwright.systems.cellfree.physics.offset_phases import (
    OffsetPhases,
    code_correlation,
    largest_overlap,
    offset_phases,
)
from beamwright.systems.cellfree.physics.places import DENSE_RINGS, RINGS, placed_paths, sample_places
from beamwright.systems.cellfree.physics.ranks import Ranks, canonical_ranks
from beamwright.systems.cellfree.physics.scenario_set import (
    OffsetScenarios,
    closed_form_filters,
    filters_in_parts,
    offset_scenarios,
    scenario_sinrs,
)
from beamwright.systems.cellfree.physics.subcarriers import carrier_leakage
from beamwright.systems.cellfree.physics.worst_case import (
    FAST,
    FIRST_USER,
    RADAR,
    SLOW,
    UTILITY,
    Effort,
    WorstOffsets,
    candidates,
    dense_effort,
    effort_for,
    find_worst_offsets,
    find_worst_offsets_of_drops,
    sinrs_by_offset,
)
from beamwright.systems.cellfree.physics.yardsticks import (
    YARDSTICKS,
    assumed_place,
    conjugate_beam,
    fixed_layouts,
    fixed_point,
    leakage_beam,
    robust_filters,
    scenario_offsets,
    towards_targets,
    yardstick,
)

__all__ = [
    "DENSE_RINGS", "FAST", "FIRST_USER", "RADAR", "RINGS", "SLOW", "UTILITY", "YARDSTICKS", "Effort", "FilteredSignals",
    "Filters", "OffsetPhases", "OffsetScenarios", "Paths", "Point", "Ranks", "ReceivedSignals", "Sinrs", "WorstOffsets",
    "apply_filters", "assumed_place", "candidates", "canonical_ranks", "carrier_leakage", "closed_form_filters",
    "code_correlation", "conjugate_beam", "dense_effort", "effort_for", "filtered_signals", "filters_in_parts",
    "filters_of", "find_worst_offsets", "find_worst_offsets_of_drops", "fixed_layouts", "fixed_point",
    "largest_overlap", "leakage_beam", "looks", "offset_phases", "offset_scenarios", "on_line", "paths_of",
    "placed_paths", "point_of", "position_bits", "position_bounds", "positions_of", "radar_sinr",
    "received_signals", "receivers", "receivers_of", "robust_filters", "sample_places", "scenario_offsets",
    "scenario_sinrs", "signals_at_places", "sinr", "sinr_at_place", "sinrs", "sinrs_by_offset", "towards_targets",
    "utilities", "utility", "utility_at", "weakest", "yardstick",
]  # fmt: skip
