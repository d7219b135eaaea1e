"""How a design does at the offsets that really are."""

from dataclasses import dataclass

import numpy as np

from beamwright.core import ArrayRecord, guarded
from beamwright.systems.cellfree.evaluation import sinr
from beamwright.systems.cellfree.realisation import Realisation
from beamwright.systems.cellfree.results import Design
from beamwright.systems.cellfree.scenario import Scenario


@dataclass(frozen=True)
class Scorecard(ArrayRecord):
    """SINRs and utility at the true offsets, beside the worst case."""

    user_sinr: np.ndarray
    """(drops, users) linear."""
    radar_sinr: np.ndarray
    """(drops,) linear."""
    utility: np.ndarray
    """(drops,)."""
    worst_case_utility: np.ndarray
    """(drops,)."""


@guarded(Scenario)
def evaluate(scenario: Scenario, realisation: Realisation, design: Design) -> Scorecard:
    """Judge positions, beams, powers and filters at ``realisation.truth``."""
    found = sinr(scenario, realisation.known, design, design.receivers, realisation.truth)
    assert design.worst_case_utility is not None
    return Scorecard(found.users, found.radar, found.utility, design.worst_case_utility)
