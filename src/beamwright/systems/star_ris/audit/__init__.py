"""Audit: certificate, bounds and scorecard of any design. It knows the physics, and nothing of the search."""

from beamwright.systems.star_ris.audit.certificate import certify, judge
from beamwright.systems.star_ris.audit.demanded import BOUND, SCENERY
from beamwright.systems.star_ris.audit.scorecard import evaluate, headline

__all__ = ["BOUND", "SCENERY", "certify", "evaluate", "headline", "judge"]
