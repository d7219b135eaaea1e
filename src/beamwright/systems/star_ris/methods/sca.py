"""Successive convex approximation as a method; CVXPY (the extra ``reference``) is imported when it runs."""

from beamwright.core import USUAL, guarded
from beamwright.systems.star_ris.methods import options
from beamwright.systems.star_ris.scenario import Scenario
from beamwright.systems.star_ris.sizes import design_bytes
from beamwright.systems.star_ris.solve.precoders import Closed
from beamwright.systems.star_ris.types import Design, Statistics


@guarded(Scenario, options.Sca, design_bytes)
def run_sca(scenario: Scenario, known: Statistics, precoder: Closed = USUAL, seed: int = USUAL) -> Design:
    """``reference.sca`` with the options of the method."""
    from beamwright.systems.star_ris.methods.reference import sca

    return sca(scenario, known, precoder, seed=seed)
