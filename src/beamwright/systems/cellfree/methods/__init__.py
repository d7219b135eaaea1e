"""Methods: designs by search, comparisons and yardsticks, each audited; and the worst offsets of any design."""

from beamwright.systems.cellfree.methods.certified import certified_design
from beamwright.systems.cellfree.methods.manifold import relaxed_worst_case
from beamwright.systems.cellfree.methods.published_alternation import Alternation, published_alternation
from beamwright.systems.cellfree.methods.robust import Solver, fixed_array, maximise_worst_case, non_robust
from beamwright.systems.cellfree.methods.sca import Sca, fixed_array_sca
from beamwright.systems.cellfree.methods.worst_offsets import worst_case_offset
from beamwright.systems.cellfree.methods.yardsticks import (
    Nothing,
    conjugate_beams,
    leakage_beams,
    silence,
    yardsticks,
)

__all__ = [
    "Alternation", "Nothing", "Sca", "Solver", "certified_design", "conjugate_beams", "fixed_array", "fixed_array_sca",
    "leakage_beams", "maximise_worst_case", "non_robust", "published_alternation", "relaxed_worst_case", "silence",
    "worst_case_offset", "yardsticks",
]  # fmt: skip
