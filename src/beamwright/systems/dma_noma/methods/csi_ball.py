"""Comparison: robust to balls of channels instead of balls of positions (spec dma_noma, section 4)."""

from typing import Literal

from beamwright.core import USUAL, parameter
from beamwright.systems.dma_noma.methods.base import SearchOptions, design_of, guarded_method
from beamwright.systems.dma_noma.physics import Design, Known, Scenario, channel_radii, checked
from beamwright.systems.dma_noma.solve import Options, estimate_sets, frame_of, scenario_sets, search_from_starts

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

    The search starts from the design for balls of positions, so that it never ends below what the amplitudes and beams
    of that promise over the balls of channels with the best powers. ``trace`` holds what is promised by that set; the
    certificate is that of every other design, over positions.
    Args, Raises: as ``maximise_guaranteed_rate``; kind of error bound, see ``csi_error_bound``.
    """
    known, options = checked(scenario, known), Options(rounds, steps)
    frame = frame_of(scenario, known)
    there = search_from_starts(scenario, frame.known, scenario_sets(scenario, frame.known), starts, options, seed)
    point = there.responses, there.beams
    sets = estimate_sets(scenario, frame.known)._replace(scattering=channel_radii(scenario, frame.known, kind))
    result = search_from_starts(scenario, frame.known, sets, starts, options, seed, point)
    return design_of(scenario, known, frame.restored(result))
