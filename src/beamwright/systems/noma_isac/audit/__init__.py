"""Audit: certificate, scorecard and demands of a design, from its arrays alone; it does not know the search."""

from beamwright.systems.noma_isac.audit.certificate import certificate_of, certify
from beamwright.systems.noma_isac.audit.demanded import BOUND, demanded
from beamwright.systems.noma_isac.audit.headline import headline, hint
from beamwright.systems.noma_isac.audit.scorecard import evaluate

__all__ = ["BOUND", "certificate_of", "certify", "demanded", "evaluate", "headline", "hint"]
