"""The report: pictures, tables and judged claims from stored records alone (no JAX, no solver).

``write("runs", "report.html")`` draws every study below a folder.
"""

from beamwright.report.claims import Verdict, judge
from beamwright.report.data import Data
from beamwright.report.write import write

__all__ = ["Data", "Verdict", "judge", "write"]
