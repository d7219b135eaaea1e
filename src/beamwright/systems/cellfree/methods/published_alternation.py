"""Comparison: the two stages of the source in turn, worst offsets and a design for these alone (spec cellfree, 5)."""

from dataclasses import replace
from typing import Literal

import numpy as np

from beamwright.core import USUAL, Config, guarded, parameter, ranges, require
from beamwright.systems.cellfree import physics
from beamwright.systems.cellfree.methods.certified import certified_design
from beamwright.systems.cellfree.methods.manifold import require_one_subcarrier
from beamwright.systems.cellfree.methods.worst_offsets import worst_case_offset
from beamwright.systems.cellfree.scene import Design, Known, Scenario, checked, design_bytes
from beamwright.systems.cellfree.solve import Options, multistart

Adversary = Literal["manifold", "oracle"]


class Alternation(Config):
    """Options of the alternation."""

    starts: int = parameter(12, "Starts of the first design, which is for no offsets", source="ours", **ranges.STARTS)
    alternations: int = parameter(
        6, "Rounds of worst offsets and a design for these alone", source="spec, section 5", ge=1, le=10_000
    )
    adversary: Adversary = parameter(
        "manifold", "What finds the worst offsets: the source's algorithm, or the oracle", source="Algorithm 1"
    )
    steps: int = parameter(300, "Steps of Adam per design", source="spec, section 6", **ranges.ROUNDS)
    seed: int = parameter(0, "Seed of random starts; drop i uses fold_in(key(seed), i)", **ranges.SEED)


@guarded(Scenario, Alternation, design_bytes)
def published_alternation(
    scenario: Scenario,
    known: Known,
    starts: int = USUAL,
    alternations: int = USUAL,
    adversary: Adversary = USUAL,
    steps: int = USUAL,
    seed: int = USUAL,
) -> Design:
    """The source's two stages in turn: the worst offsets of the design, then a design for that one vector of them.

        f <- argmin over the box of J(f; design)         (stage 1, replaced, never added to)
        design <- argmax of J(f; design)                 (stage 2, from the design before)

    Deviation: stage 2 is the deterministic search with that single scenario, in place of the source's agent; its
    filters are the closed forms for that scenario. No minimax method: a design for one vector of offsets gives up the
    others, of which the next worst is one. It need not converge, so the number of rounds ends it. As in the source the
    *last* design is returned, not the best.

    Args:    starts of the first design, which is for no offsets; alternations, rounds of both stages; adversary, what
             finds the worst offsets: ``manifold`` (the source's Algorithm 1, corrected) or ``oracle``; steps of Adam
             per design; seed of random starts, drop number i from fold_in(key(seed), i).
    Returns: Design; ``trace`` (drops, alternations + 1, 2) of every round's own design, the one for no offsets first:
             the utility at the offsets that it was designed for, and its worst case by the certificate.
    Raises:  ValueError naming the argument.
    """
    require(adversary in ("manifold", "oracle"), "adversary", "be 'manifold' or 'oracle'", repr(adversary))
    if adversary == "manifold":
        require_one_subcarrier(scenario)
    known = checked(scenario, known)
    design = _design_for(scenario, known, np.zeros((len(known.echo_gain), scenario.aps)), starts, steps, seed)
    trace = [_worth(scenario, known, design, np.zeros((len(known.echo_gain), scenario.aps)))]
    for _ in range(alternations):
        offsets = worst_case_offset(scenario, known, design, design.receivers, adversary).offsets_hz
        design = _design_for(scenario, known, offsets, 1, steps, seed, design)
        trace.append(_worth(scenario, known, design, offsets))
    return replace(design, trace=np.stack(trace, axis=1), iterations=np.full(len(offsets), alternations))


def _design_for(
    s: Scenario, known: Known, offsets_hz: np.ndarray, starts: int, steps: int, seed: int, before: Design | None = None
) -> Design:
    """Design of largest utility at one vector of offsets per drop (drops, aps), from the design before."""
    options = Options(starts=starts, rounds=1, steps=steps, seed=seed, robust=before is not None)
    assumed = offsets_hz / s.offset_range_hz if s.offset_range_hz > 0 else np.zeros_like(offsets_hz)
    given = None if before is None else physics.point_of(s, known, before)
    found = multistart(s, known, options, given, assumed)
    return certified_design(s, known, found.point, found.filters)


def _worth(s: Scenario, known: Known, design: Design, offsets_hz: np.ndarray) -> np.ndarray:
    """(drops, 2) utility at the offsets, and at the worst ones."""
    assert design.worst_case_utility is not None
    there = physics.sinr(s, known, design, design.receivers, offsets_hz).utility
    return np.stack([there, design.worst_case_utility], axis=1)
