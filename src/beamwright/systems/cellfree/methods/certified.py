"""The last step of every method: audit what was designed."""

from dataclasses import replace

import numpy as np

from beamwright.systems.cellfree import physics
from beamwright.systems.cellfree.audit import certify
from beamwright.systems.cellfree.scene import Design, Known, LearningCurve, Scenario


def certified_design(
    s: Scenario,
    known: Known,
    point: physics.Point,
    filters: physics.Filters,
    *,
    required: float = 0.0,
    trace: np.ndarray | None = None,
    iterations: np.ndarray | None = None,
    curve: LearningCurve | None = None,
) -> Design:
    """Design whose worst case and status are those of its certificate."""
    drops, receivers = len(point.tx), physics.receivers_of(s, filters)
    draft = Design(
        physics.positions_of(s, point.tx),
        physics.positions_of(s, point.rx),
        point.beams,
        point.powers,
        user_filters=receivers.users,
        radar_filter=receivers.radar,
        required_radar_sinr=np.full(drops, required),
        iterations=np.zeros(drops, int) if iterations is None else iterations,
        curve=curve,
    )
    certificate = certify(s, known, draft)
    return replace(
        draft,
        worst_case_utility=certificate.worst_case_utility,
        worst_offsets_hz=certificate.worst_offsets_hz,
        trace=certificate.worst_case_utility[:, None] if trace is None else trace,
        status=certificate.status,
        certificate=certificate,
    )
