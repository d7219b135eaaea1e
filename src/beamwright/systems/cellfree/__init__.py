"""Full-duplex cell-free radar and communication with movable antennas, robust to carrier frequency offsets."""

from beamwright.metrics import PositionBound, ResourceGrid
from beamwright.systems.cellfree.baselines import (
    conjugate_beams,
    fixed_array,
    leakage_beams,
    non_robust,
    silence,
    yardsticks,
)
from beamwright.systems.cellfree.bound import position_bound
from beamwright.systems.cellfree.certificate import certify, utility_bound
from beamwright.systems.cellfree.design import maximise_worst_case
from beamwright.systems.cellfree.env import CellFree, environment
from beamwright.systems.cellfree.evaluation import receivers, sinr
from beamwright.systems.cellfree.learning import Policy, design_by_policy, learn_each, single_offsets, train_policy
from beamwright.systems.cellfree.manifold import relaxed_worst_case
from beamwright.systems.cellfree.oracle import Finder
from beamwright.systems.cellfree.realisation import Realisation, draw
from beamwright.systems.cellfree.results import (
    Certificate,
    Design,
    Geometry,
    Known,
    LearningCurve,
    Receivers,
    Sinr,
    WorstCase,
)
from beamwright.systems.cellfree.scenario import Scenario
from beamwright.systems.cellfree.scorecard import Scorecard, evaluate
from beamwright.systems.cellfree.system import METHODS, SYSTEM, fixed_array_sca
from beamwright.systems.cellfree.worst_case import worst_case_offset

__all__ = [
    "METHODS",
    "SYSTEM",
    "CellFree",
    "Certificate",
    "Design",
    "Finder",
    "Geometry",
    "Known",
    "LearningCurve",
    "Policy",
    "PositionBound",
    "Realisation",
    "Receivers",
    "ResourceGrid",
    "Scenario",
    "Scorecard",
    "Sinr",
    "WorstCase",
    "certify",
    "conjugate_beams",
    "design_by_policy",
    "draw",
    "environment",
    "evaluate",
    "fixed_array",
    "fixed_array_sca",
    "leakage_beams",
    "learn_each",
    "maximise_worst_case",
    "non_robust",
    "position_bound",
    "receivers",
    "relaxed_worst_case",
    "silence",
    "single_offsets",
    "sinr",
    "train_policy",
    "utility_bound",
    "worst_case_offset",
    "yardsticks",
]
