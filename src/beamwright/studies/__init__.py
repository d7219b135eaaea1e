"""Studies: a registry of the papers' figures and tables, and the engine that turns them into records.

``run("noma-isac/fig5", "runs")`` computes (or completes) one; ``STUDIES`` holds them all, as data.
"""

from beamwright.records import Study
from beamwright.studies.engine import Progress, run
from beamwright.studies.registry import STUDIES

__all__ = ["STUDIES", "Progress", "Study", "run"]
