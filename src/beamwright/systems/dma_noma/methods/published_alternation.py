"""Comparison: the source's alternation, one worst position per user, replaced in every round (spec dma_noma, 6, C)."""

from dataclasses import replace

import numpy as np

from beamwright.core import USUAL, parameter
from beamwright.systems.dma_noma.methods.base import SearchOptions, design_of, guarded_method
from beamwright.systems.dma_noma.physics import Design, Known, Scenario, checked
from beamwright.systems.dma_noma.solve import Options, channel_sets, frame_of, search_from_starts


class AlternationOptions(SearchOptions):
    """Options of the alternation."""

    alternations: int = parameter(
        8, "Rounds of worst positions and a design for these alone", source="Algorithm 1", ge=1, le=10_000
    )


@guarded_method(AlternationOptions)
def published_alternation(
    scenario: Scenario,
    known: Known,
    starts: int = USUAL,
    rounds: int = USUAL,
    steps: int = USUAL,
    seed: int = USUAL,
    alternations: int = USUAL,
) -> Design:
    """Algorithm 1 as printed: the worst error of the design, then a design for that error alone, and again.

        p_u <- the worst position of user u for the design      (replaced, never added to)
        design <- largest rate with every user at its p_u        (from the design before)

    No minimax method: a design for one position gives up the others, of which the next worst is one. It need not
    converge, so the number of rounds ends it. As in the source the *last* design is returned, not the best.

    Args:    starts of the first design, which is for the estimates; rounds and steps of every design; alternations.
    Returns: Design; ``trace`` (drops, alternations + 1) the verified weighted rate of every round's own design, which
             rises and falls, from the one for the estimates to the one returned.
    Raises:  ValueError naming the argument.
    """
    known, options = checked(scenario, known), Options(rounds, steps)
    frame = frame_of(scenario, known)
    sets = channel_sets(scenario, frame.known, frame.known.positions_m[:, :, None])
    result = search_from_starts(scenario, frame.known, sets, starts, options, seed)
    designs = [design_of(scenario, known, frame.restored(result))]
    for _ in range(alternations):
        worst = frame.positions(designs[-1].certificate.worst_positions_m)
        sets = channel_sets(scenario, frame.known, worst[:, :, None])
        start = result.responses, result.beams
        result = search_from_starts(scenario, frame.known, sets, 1, options, seed, start)
        designs.append(design_of(scenario, known, frame.restored(result)))
    trace = np.stack([design.certificate.verified_weighted_rate for design in designs], axis=1)
    return replace(designs[-1], trace=trace, iterations=np.full(len(trace), alternations))
