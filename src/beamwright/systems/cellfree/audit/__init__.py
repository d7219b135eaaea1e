"""Audit: certificate, bounds and scorecard of any design. It knows the physics, and nothing of the search."""

from beamwright.systems.cellfree.audit.bound import position_bound, utility_bound
from beamwright.systems.cellfree.audit.certificate import certify
from beamwright.systems.cellfree.audit.demanded import BOUND, SCENERY, demanded, scenery_read
from beamwright.systems.cellfree.audit.scorecard import evaluate, headline

__all__ = [
    "BOUND",
    "SCENERY",
    "certify",
    "demanded",
    "evaluate",
    "headline",
    "position_bound",
    "scenery_read",
    "utility_bound",
]
