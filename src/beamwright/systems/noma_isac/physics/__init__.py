"""Physics: model, worst case, residuals and the dual bound, once for everybody, and the nouns they are written in."""

from beamwright.systems.noma_isac.physics.bound import dual_bound
from beamwright.systems.noma_isac.physics.cones import lmi_cone
from beamwright.systems.noma_isac.physics.multipliers import in_cones
from beamwright.systems.noma_isac.physics.residuals import GAP, RECOVERED_GAP, ROBUST_GAP, judge, relative_residuals
from beamwright.systems.noma_isac.physics.unservable import unservable_pairs
from beamwright.systems.noma_isac.physics.worst_case import WorstCase, worst_case, worst_case_sinr
from beamwright.systems.noma_isac.scenario import Scenario
from beamwright.systems.noma_isac.types import VIOLATION, Covariances, Design, Multipliers, Oma, Problem

__all__ = [
    "GAP", "RECOVERED_GAP", "ROBUST_GAP", "VIOLATION", "Covariances", "Design", "Multipliers", "Oma", "Problem",
    "Scenario", "WorstCase", "dual_bound", "in_cones", "judge", "lmi_cone", "relative_residuals", "unservable_pairs",
    "worst_case", "worst_case_sinr",
]  # fmt: skip
