"""Comparison: robust to balls of channels instead of balls of positions (spec dma_noma, section 4)."""

from typing import Literal

from beamwright.core import USUAL, parameter
from beamwright.systems.dma_noma.methods.base import SearchOptions, design_for_sets, guarded_method
from beamwright.systems.dma_noma.physics import Design, Known, Scenario, channel_radii, checked
from beamwright.systems.dma_noma.solve import Options, estimate_sets

Kind = Literal["aligned", "raw"]


class CsiBallOptions(SearchOptions):
    """Options of the design for balls of channels."""

    kind: Kind = parameter("aligned", "Error of a channel up to its phase, or with it", source="spec, section 4")


@guarded_method(CsiBallOptions)
def csi_ball(
    scenario: Scenario,
    known: Known,
    kind: Kind = USUAL,
    starts: int = USUAL,
    rounds: int = USUAL,
    steps: int = USUAL,
    seed: int = USUAL,
) -> Design:
    """Design for balls of channels: gains (|h^H f| -+ e ||f||)^2 at the estimate, by the first-order solver.

    ``trace`` holds what it could promise by that set; the certificate is that of every other design, over positions.
    Args, Raises: as ``maximise_guaranteed_rate``; kind of error bound, see ``csi_error_bound``.
    """
    known = checked(scenario, known)
    sets = estimate_sets(scenario, known)._replace(scattering=channel_radii(scenario, known, kind))
    return design_for_sets(scenario, known, sets, starts, Options(rounds, steps), seed)
